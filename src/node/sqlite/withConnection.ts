import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection, type OpenMode } from './sqliteConnection';

/** Runs a task on a connection of its own to a file that is there. Rejects with `store/*`. */
export async function withConnection<T>(
  { binding }: { readonly binding: SqliteBinding },
  path: string,
  mode: OpenMode,
  task: (connection: SqliteConnection) => Promise<T>,
): Promise<T> {
  const connection = await SqliteConnection.open(binding, path, mode);
  try {
    return await task(connection);
  } finally {
    await connection.close();
  }
}
