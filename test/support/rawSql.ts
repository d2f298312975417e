import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import type { SqlValue } from '../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../src/node/sqlite/sqliteConnection';

/** Runs one statement on a database file as another program would; returns its rows. */
export async function rawSql<Row>(path: string, sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
  const connection = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
  try {
    return await connection.all<Row>(sql, params);
  } finally {
    await connection.close();
  }
}
