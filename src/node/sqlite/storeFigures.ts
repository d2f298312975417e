import { AppError } from '../../core/base/errors';
import { applicationId } from './migrator';
import type { SqliteConnection } from './sqliteConnection';

/** What a file of ours says of itself, of any version. */
export interface StoreFigures {
  /** Sessions of all states. */
  readonly sessions: number;
  readonly messages: number;
  /** Events ever stored; in a file of an earlier version those that are there. */
  readonly written: number;
  readonly revision: number;
  /** Null in a file of an earlier version. */
  readonly generation: string | null;
  /** Migrations that ran on it. */
  readonly schema: number;
}

/** Rejects with `store/not-a-database` for a file that is not ours or has no sessions' tables. */
export async function readFigures(connection: SqliteConnection): Promise<StoreFigures> {
  const header = await connection.first<{ schema: number; application: number; tables: string }>(`SELECT
    (SELECT user_version FROM pragma_user_version) AS schema,
    (SELECT application_id FROM pragma_application_id) AS application,
    (SELECT json_group_array(name) FROM sqlite_schema WHERE type = 'table') AS tables`);
  const tables = new Set(JSON.parse(header?.tables ?? '[]') as readonly string[]);
  if (header?.application !== applicationId || !tables.has('sessions') || !tables.has('session_events')) {
    throw new AppError('store/not-a-database', { args: { path: connection.path } });
  }
  const counts = await connection.first<{ sessions: number; messages: number }>(
    'SELECT count(*) AS sessions, coalesce(sum(message_count), 0) AS messages FROM sessions',
  );
  const state = tables.has('store_state')
    ? await connection.first<{ generation: string; written: number; revision: number }>(
        'SELECT generation, written, revision FROM store_state',
      )
    : undefined;
  return {
    sessions: counts?.sessions ?? 0,
    messages: counts?.messages ?? 0,
    written: state?.written ?? (await countEvents(connection)),
    revision: state?.revision ?? 0,
    generation: state?.generation ?? null,
    schema: header.schema,
  };
}

export async function countEvents(connection: SqliteConnection): Promise<number> {
  const row = await connection.first<{ events: number }>('SELECT count(*) AS events FROM session_events');
  return row?.events ?? 0;
}

/** Everything that SQLite finds wrong with a file, not only the first of it; empty when it is sound. */
export async function quickCheck(connection: SqliteConnection): Promise<readonly string[]> {
  const rows = await connection.all<{ quick_check: string }>('PRAGMA quick_check');
  return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
}

/** Rejects with `store/corrupt` and everything that SQLite finds wrong. */
export async function requireSound(connection: SqliteConnection): Promise<void> {
  const problems = await quickCheck(connection);
  if (problems.length > 0) {
    throw new AppError('store/corrupt', { args: { path: connection.path }, message: problems.join('\n') });
  }
}
