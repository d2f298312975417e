import { AppError, isAppError } from '../../core/base/errors';
import type { BackupTools, StoredBackup } from './backups';
import { Database } from './database';
import { mendSessions } from './mendSessions';
import { migrate, type Migration } from './migrator';
import { openDamaged } from './salvageSource';
import { salvageRows, type SalvagedRow } from './salvageRows';
import type { SqliteConnection } from './sqliteConnection';
import { isConstraintViolation } from './sqliteErrors';
import { readFigures, type StoreFigures } from './storeFigures';
import { withConnection } from './withConnection';

export interface SalvageTools extends BackupTools {
  readonly migrations: readonly Migration[];
}

/** What came out of a damaged file. */
export interface Salvaged extends StoreFigures {
  /** Events that are there now. */
  readonly events: number;
  /** How many of them only a backup had. */
  readonly fromBackup: number;
  /** Events that were written once and that neither the file nor a backup has, as far as the sessions tell. */
  readonly lost: number;
}

/** Row ids to try behind the last one known, where a file does not tell how many there are. */
const guessedRows = 10_000;

/**
 * Rows of these tables, in this order: what they refer to first. A value that was read wrongly breaks a rule of its
 * table and is left out.
 */
const rowTables = ['sessions', 'session_events', 'session_context', 'partial_replies', 'usage'];

/**
 * Reads a damaged database row by row into a fresh one at `target`, an empty file, and completes it from backups,
 * given newest first. Seals are copied as they are, so that what was changed on disk stays marked. The damaged file
 * keeps every byte. Rejects with `store/*` when not even its tables can be found, or when `target` cannot be written.
 */
export async function salvage(
  tools: SalvageTools,
  damaged: string,
  target: string,
  backups: readonly StoredBackup[],
): Promise<Salvaged> {
  await bringUpToDate(tools, target);
  const source = await openDamaged(tools.binding, damaged);
  try {
    return await withConnection(tools, target, 'readwrite', async (connection) => {
      const { intact, generation } = await connection.transaction('write', () =>
        copyTables(source.connection, connection),
      );
      const own = await countEvents(connection);
      for (const backup of ofGeneration(backups, generation)) {
        await completeFrom(connection, backup.path, intact);
      }
      const lost = await connection.transaction('write', () => mendSessions(connection));
      const events = await countEvents(connection);
      return { ...(await readFigures(connection)), events, fromBackup: events - own, lost };
    });
  } finally {
    await source.close();
  }
}

/** Makes a store without sessions in an empty file, or brings one of an earlier version up to date. */
export async function bringUpToDate({ binding, migrations, clock, logger }: SalvageTools, path: string): Promise<void> {
  const database = await Database.open(binding, path, logger);
  try {
    await migrate(database, migrations, clock);
  } finally {
    await database.close();
  }
}

/** Backups of another generation went another way from some event on: only what belongs to this file fits into it. */
function ofGeneration(backups: readonly StoredBackup[], generation: string | undefined): readonly StoredBackup[] {
  const wanted = generation ?? backups[0]?.generation;
  return backups.filter((backup) => backup.generation === wanted);
}

interface Copied {
  /** Tables that could be read to the end. */
  readonly intact: ReadonlySet<string>;
  readonly generation: string | undefined;
}

async function copyTables(source: SqliteConnection, target: SqliteConnection): Promise<Copied> {
  const intact = new Set<string>();
  const state = await source
    .first<{ generation: string; written: number }>('SELECT generation, written FROM store_state')
    .catch(() => undefined);
  const highest = (state?.written ?? 0) + guessedRows;
  for (const table of rowTables) {
    const columns = await sharedColumns(source, target, table);
    const whole =
      columns.length > 0 &&
      (await salvageRows(source, table, columns, highest, (rows) => insertRows(target, table, rows)));
    if (whole) {
      intact.add(table);
    }
  }
  if (await copyMetadata(source, target)) {
    intact.add('session_metadata');
  }
  return { intact, generation: state?.generation };
}

/** This table has no row ids, so it is asked for what belongs to each session. */
async function copyMetadata(source: SqliteConnection, target: SqliteConnection): Promise<boolean> {
  const sessions = await target.all<{ id: string }>('SELECT id FROM sessions');
  let whole = true;
  for (const { id } of sessions) {
    try {
      const sql = 'SELECT session_id, key, value, updated_at FROM session_metadata WHERE session_id = ?1';
      await insertRows(target, 'session_metadata', await source.all<SalvagedRow>(sql, [id]));
    } catch (error) {
      requireWritable(error, target);
      whole = false;
    }
  }
  return whole;
}

/** The columns that both have: the damaged file may be of an earlier version. Computed columns are not among them. */
async function sharedColumns(
  source: SqliteConnection,
  target: SqliteConnection,
  table: string,
): Promise<readonly string[]> {
  const columnsOf = (connection: SqliteConnection): Promise<{ name: string }[]> =>
    connection.all('SELECT name FROM pragma_table_info(?1)', [table]);
  const there = new Set((await columnsOf(source)).map(({ name }) => name));
  return (await columnsOf(target)).map(({ name }) => name).filter((name) => there.has(name));
}

async function insertRows(target: SqliteConnection, table: string, rows: readonly SalvagedRow[]): Promise<void> {
  for (const row of rows) {
    const names = Object.keys(row);
    const sql = `INSERT OR IGNORE INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
      VALUES (${names.map(() => '?').join(', ')})`;
    try {
      await target.all(sql, Object.values(row));
    } catch (error) {
      if (!isConstraintViolation(error)) {
        throw error;
      }
    }
  }
}

/** An error of the damaged file is what this is all about; one of the new file ends it. */
function requireWritable(error: unknown, target: SqliteConnection): void {
  if (isAppError(error) && error.args['path'] === target.path) {
    throw error;
  }
}

/**
 * Adds what a backup has and the file has not: all sessions and events; of what a person can also remove, only what
 * belongs to sessions that came with it, and all where the file could not be read to the end.
 */
async function completeFrom(connection: SqliteConnection, backup: string, intact: ReadonlySet<string>): Promise<void> {
  await connection.allOnce('ATTACH DATABASE ?1 AS backup', [backup]);
  try {
    await connection.transaction('write', async () => {
      await connection.exec('CREATE TEMP TABLE known AS SELECT id FROM main.sessions');
      for (const table of ['sessions', 'session_events', 'session_metadata', 'session_context']) {
        const columns = await connection.all<{ name: string }>(
          `SELECT here.name AS name FROM pragma_table_info(?1, 'main') AS here
            JOIN pragma_table_info(?1, 'backup') AS there ON there.name = here.name`,
          [table],
        );
        const names = columns.map(({ name }) => `"${name}"`).join(', ');
        const onlyNew = !table.startsWith('session_') || table === 'session_events' || !intact.has(table);
        const which = onlyNew ? '' : 'WHERE session_id NOT IN (SELECT id FROM temp.known)';
        await connection.allOnce(
          `INSERT OR IGNORE INTO main."${table}" (${names}) SELECT ${names} FROM backup."${table}" ${which}`,
          [],
        );
      }
      await connection.exec('DROP TABLE temp.known');
    });
  } finally {
    await connection.allOnce('DETACH DATABASE backup', []);
  }
}

async function countEvents(connection: SqliteConnection): Promise<number> {
  const row = await connection.first<{ events: number }>('SELECT count(*) AS events FROM main.session_events');
  if (row === undefined) {
    throw new AppError('store/corrupt', { args: { path: connection.path } });
  }
  return row.events;
}
