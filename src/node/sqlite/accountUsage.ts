import type { UsageRecord, UsageSnapshot } from '../../core/session/sessionService';
import type { Database } from './database';
import * as queries from './sessionQueries';
import { decodeUsage, encodeUsage } from './usageCodec';

/** See `SessionService.getUsage`. */
export async function readUsage(database: Database, accountKey: string): Promise<UsageRecord | undefined> {
  const row = await database.read((connection) =>
    connection.first<{ snapshot: string; updated_at: number }>(queries.selectUsage, [accountKey]),
  );
  const snapshot = row === undefined ? undefined : decodeUsage(row.snapshot);
  return row === undefined || snapshot === undefined ? undefined : { snapshot, updatedAt: row.updated_at };
}

/** See `SessionService.setUsage`. */
export async function writeUsage(
  database: Database,
  accountKey: string,
  snapshot: UsageSnapshot,
  now: number,
): Promise<void> {
  const params = [accountKey, encodeUsage(snapshot), now];
  await database.write((connection) => connection.all(queries.upsertUsage, params));
}
