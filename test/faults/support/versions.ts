import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/core/base/ports';
import { Database } from '../../../src/node/sqlite/database';
import { loadMigrations, migrate } from '../../../src/node/sqlite/migrator';
import { storeFileName } from '../../../src/node/sqlite/openLocalSessionService';
import { loadSqlite } from '../../../src/node/sqlite/sqliteBinding';
import { prepareStoreFile } from '../../../src/node/sqlite/storeFile';
import { FakeClock, testKey } from '../../support/builders';
import { rawSql } from '../../support/rawSql';
import { migrationsDir } from '../../support/storeFixture';

/** The migrations of this version, without the last `cut` of them. */
export async function olderMigrations(folder: string, cut: number): Promise<string> {
  const names = (await readdir(migrationsDir)).sort();
  return copyMigrations(folder, names.slice(0, names.length - cut));
}

/** The migrations of a version to come: one more table and a column in the sessions. */
export async function newerMigrations(folder: string): Promise<string> {
  const copied = await copyMigrations(folder, (await readdir(migrationsDir)).sort());
  await writeFile(
    join(copied, '29991231000000_labels.sql'),
    "CREATE TABLE labels (name TEXT PRIMARY KEY) STRICT; ALTER TABLE sessions ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';",
  );
  return copied;
}

async function copyMigrations(folder: string, names: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  await Promise.all(names.map((name) => copyFile(join(migrationsDir, name), join(folder, name))));
  return folder;
}

/** How often the schema of a file was changed. */
export async function schemaOf(folder: string): Promise<number> {
  const [row] = await rawSql<{ user_version: number }>(join(folder, storeFileName), 'PRAGMA user_version');
  return row?.user_version ?? -1;
}

/** A store as the version before wrote it: one session with as many messages of 1 KB. Returns their ids. */
export async function makeOldStore(folder: string, migrations: string, messages: number): Promise<readonly string[]> {
  const path = await prepareStoreFile(folder, storeFileName);
  const database = await Database.open(await loadSqlite(), path, silentLogger);
  await migrate(database, await loadMigrations(migrations), new FakeClock());
  const ids = Array.from({ length: messages }, (_, index) => `old:${index + 1}`);
  await database.write(async (connection) => {
    await connection.all(
      `INSERT INTO sessions (id, head_id, directory, git_root, created_at, updated_at, title, title_folded,
        title_source, message_count, last_seq) VALUES ('old', ?1, ?2, ?3, 100, 200, 'Old', 'old', 'derived', ?4, ?4)`,
      [ids.at(-1) ?? null, testKey.directory, testKey.gitRoot, messages],
    );
    for (const [index, id] of ids.entries()) {
      await connection.all(
        `INSERT INTO session_events (id, session_id, seq, parent_id, invocation_id, event_type, event_data, created_at)
          VALUES (?1, 'old', ?2, ?3, 'run', 'user_message', ?4, 150)`,
        [id, index + 1, ids[index - 1] ?? null, JSON.stringify({ content: `${id} ${'x'.repeat(1000)}` })],
      );
    }
  });
  await database.close();
  return ids;
}
