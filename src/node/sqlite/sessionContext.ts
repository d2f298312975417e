import { contextTypes, type ContextItem, type ContextKey } from '../../core/session/contextItem';
import type { SessionId } from '../../core/session/session';
import * as queries from './recordQueries';
import type { SqliteConnection } from './sqliteConnection';

interface ContextRow {
  readonly type: string;
  readonly key: string;
  readonly uri: string | null;
  readonly value: string;
  readonly created_at: number;
}

/** What is attached to a session, oldest first. */
export async function listContext(connection: SqliteConnection, id: SessionId): Promise<readonly ContextItem[]> {
  return (await connection.all<ContextRow>(queries.selectContext, [id])).flatMap((row) => toContextItem(row) ?? []);
}

/** Attaches items behind those that are there; one of the same type and key is replaced in its place. */
export async function putContext(
  connection: SqliteConnection,
  id: SessionId,
  items: readonly ContextItem[],
): Promise<void> {
  for (const { type, key, uri, value, createdAt } of items) {
    await connection.all(queries.upsertContext, [id, type, key, uri, value, createdAt]);
  }
}

export async function removeContext(
  connection: SqliteConnection,
  id: SessionId,
  keys: readonly ContextKey[],
): Promise<void> {
  await connection.all(queries.deleteContext, [id, JSON.stringify(keys.map(({ type, key }) => [type, key]))]);
}

/** Undefined for a kind of a later version: nothing here could read or show it. */
function toContextItem({ type, key, uri, value, created_at }: ContextRow): ContextItem | undefined {
  const known = contextTypes.find((candidate) => candidate === type);
  return known === undefined ? undefined : { type: known, key, uri, value, createdAt: created_at };
}
