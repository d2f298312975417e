import { AppError } from '../../core/base/errors';
import type { SessionService } from '../../core/session/sessionService';
import type { Database } from './database';
import type { StoreState } from './highWaterMark';
import type { SqliteConnection } from './sqliteConnection';

type Work = Parameters<SessionService['claim']>[0];

const selectState = 'SELECT generation, written FROM store_state';

/**
 * A time that lies far ahead comes from a clock that was wrong, and must not hold the work up until it is reached. One
 * that lies a little ahead is that of a window that looked at the clock later and had the lock earlier.
 */
const claimSql = (column: string): string => `UPDATE store_state SET ${column} = ?1
  WHERE ${column} <= ?1 - ?2 OR ${column} > ?1 + ?2
  RETURNING id`;

const claims: Readonly<Record<Work, string>> = { backup: claimSql('backup_at'), check: claimSql('check_at') };

/** What the database says of itself as a whole. */
export async function readState(connection: SqliteConnection): Promise<StoreState> {
  const state = await connection.first<StoreState>(selectState);
  if (state === undefined) {
    throw new AppError('store/corrupt', { args: { path: connection.path } });
  }
  return state;
}

/** See `SessionService.claim`. */
export async function claimWork(database: Database, work: Work, everyMs: number, now: number): Promise<boolean> {
  const claimed = await database.write((connection) => connection.first(claims[work], [now, everyMs]));
  return claimed !== undefined;
}
