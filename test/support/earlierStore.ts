import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/base/ports';
import { Database } from '../../src/node/sqlite/database';
import { loadMigrations, migrate, type Migration } from '../../src/node/sqlite/migrator';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { loadSqlite, type SqlValue } from '../../src/node/sqlite/sqliteBinding';
import { prepareStoreFile } from '../../src/node/sqlite/storeFile';
import { FakeClock, testKey } from './builders';
import { migrationsDir } from './storeFixture';

/** Type and JSON of an event. */
export type EarlierEvent = readonly [type: string, data: string];

/** A store as an earlier version left it, or has it open. */
export interface EarlierStore {
  readonly path: string;
  run(sql: string, params?: readonly SqlValue[]): Promise<unknown[]>;
  /** Each event hangs below the one before; their ids are the session's with `:1`, `:2` and so on behind it. */
  addSession(id: string, title: string, events: readonly EarlierEvent[]): Promise<void>;
  /** Writes behind the events that are there, as a window of that version does. */
  append(id: string, event: EarlierEvent): Promise<void>;
  close(): Promise<void>;
}

export const earlierMessage = (content: unknown): EarlierEvent => [
  'text',
  JSON.stringify({ content, finish: 'completed' }),
];

/** A store of the first `schema` migrations. */
export async function makeEarlierStore(folder: string, schema: number): Promise<EarlierStore> {
  const path = await prepareStoreFile(folder, storeFileName);
  const database = await Database.open(await loadSqlite(), path, silentLogger);
  await migrate(database, await firstMigrations(folder, schema), new FakeClock());
  const run = (sql: string, params: readonly SqlValue[] = []): Promise<unknown[]> =>
    database.write((connection) => connection.all(sql, params));
  const insertEvent = (id: string, seq: number, [type, data]: EarlierEvent): Promise<unknown[]> =>
    run(
      `INSERT INTO session_events (id, session_id, seq, parent_id, invocation_id, event_type, event_data, provider,
        created_at) VALUES (?1, ?2, ?3, ?4, 'run', ?5, ?6, 'demo', 150)`,
      [`${id}:${seq}`, id, seq, seq === 1 ? null : `${id}:${seq - 1}`, type, data],
    );
  return {
    path,
    run,
    async addSession(id, title, events) {
      await run(
        `INSERT INTO sessions (id, head_id, directory, git_root, created_at, updated_at, title, title_folded,
          title_source, message_count, last_seq) VALUES (?1, ?2, ?3, ?4, 100, 200, ?5, ?6, 'derived', 2, ?7)`,
        [
          ...[id, `${id}:${events.length}`, testKey.directory, testKey.gitRoot],
          ...[title, title.toLowerCase(), events.length],
        ],
      );
      for (const [index, event] of events.entries()) {
        await insertEvent(id, index + 1, event);
      }
    },
    async append(id, event) {
      const [row] = (await run('SELECT last_seq FROM sessions WHERE id = ?', [id])) as { last_seq: number }[];
      const seq = (row?.last_seq ?? 0) + 1;
      await insertEvent(id, seq, event);
      await run('UPDATE sessions SET head_id = ?, last_seq = ? WHERE id = ?', [`${id}:${seq}`, seq, id]);
    },
    close: () => database.close(),
  };
}

async function firstMigrations(folder: string, count: number): Promise<readonly Migration[]> {
  const copy = join(folder, `migrations-${count}`);
  await mkdir(copy, { recursive: true });
  for (const name of (await readdir(migrationsDir)).sort().slice(0, count)) {
    await copyFile(join(migrationsDir, name), join(copy, name));
  }
  return loadMigrations(copy);
}
