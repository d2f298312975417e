import type { StoreVersion } from '../../core/session/storeFile';
import type { Database } from './database';

/** Two numbers that tell cheaply whether somebody else has written, and what kind of thing it was. */
export async function readVersion(database: Database): Promise<StoreVersion> {
  await database.checkIdentity();
  // Asked on the connection that writes: there the first number stands still for our own writes.
  return database.observe(async (connection) => {
    const row = await connection.first<StoreVersion>(
      'SELECT data_version AS data, (SELECT revision FROM store_state) AS revision FROM pragma_data_version',
    );
    return { data: row?.data ?? 0, revision: row?.revision ?? 0 };
  });
}
