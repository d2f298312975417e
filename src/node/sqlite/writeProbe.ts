import type { SqliteConnection } from './sqliteConnection';

/** More than a message takes, so that a disk with a few free bytes does not count as one with room. */
const probeBytes = 128 * 1024;

/**
 * Writes as much as a long message and takes it back, inside a write transaction. The bytes reach the disk all the
 * same, because what is removed is overwritten with zeros.
 */
export async function probeWrite(connection: SqliteConnection): Promise<void> {
  await connection.exec(`
    CREATE TABLE write_probe (filler BLOB NOT NULL);
    INSERT INTO write_probe VALUES (zeroblob(${probeBytes}));
    DROP TABLE write_probe`);
}
