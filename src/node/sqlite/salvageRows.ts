import type { SqlValue } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';

export type SalvagedRow = Readonly<Record<string, SqlValue>>;

/** Rows asked for at once; where that fails one by one, so that only what lies on a damaged page is lost. */
const pieces = [64, 1];
const rowId = 'salvaged_rowid';

type Direction = 'forward' | 'backward';

/**
 * Reads what can be read of a table: from its beginning, from its end, and, between the places where that breaks off,
 * row by row as an index names them, or else in ever smaller ranges of row ids. Row ids up to `highest` are tried where
 * the end cannot be found.
 * Calls `take` with rows in no particular order. Resolves with false when something could not be read.
 */
export async function salvageRows(
  connection: SqliteConnection,
  table: string,
  columns: readonly string[],
  highest: number,
  take: (rows: readonly SalvagedRow[]) => Promise<void>,
): Promise<boolean> {
  const reader = new RangeReader(connection, table, columns, take);
  const end = await reader.run('forward', 0, Number.MAX_SAFE_INTEGER);
  if (end.whole) {
    return true;
  }
  const start = await reader.run('backward', end.reached, Number.MAX_SAFE_INTEGER);
  const above = start.reached === Number.MAX_SAFE_INTEGER ? Math.max(highest, end.reached) + 1 : start.reached;
  const named = await rowIdsOfIndex(connection, table);
  await (named === undefined ? reader.between(end.reached, above) : reader.only(named, end.reached, above));
  return false;
}

/** An index has the row ids of all rows, and it lies on other pages than they do. Undefined when none can be read. */
async function rowIdsOfIndex(connection: SqliteConnection, table: string): Promise<readonly number[] | undefined> {
  try {
    const indexes = await connection.all<{ name: string }>(
      'SELECT name FROM pragma_index_list(?1) WHERE NOT partial ORDER BY origin DESC',
      [table],
    );
    for (const { name } of indexes) {
      const rows = await connection
        .allOnce<{ id: number }>(`SELECT rowid AS id FROM ${quoted(table)} INDEXED BY ${quoted(name)}`, [])
        .catch(() => undefined);
      if (rows !== undefined) {
        return rows.map(({ id }) => id);
      }
    }
  } catch {
    // The schema itself is damaged there.
  }
  return undefined;
}

interface Run {
  /** True when the other end of the range was reached. */
  readonly whole: boolean;
  /** The last row id that was read, or where the run began. */
  readonly reached: number;
}

class RangeReader {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly table: string,
    private readonly columns: readonly string[],
    private readonly take: (rows: readonly SalvagedRow[]) => Promise<void>,
  ) {}

  /** Reads rows above `low` and below `high`, from one end, until nothing follows or something cannot be read. */
  async run(direction: Direction, low: number, high: number): Promise<Run> {
    let reached = direction === 'forward' ? low : high;
    for (;;) {
      const rows = await this.read(direction, direction === 'forward' ? [reached, high] : [low, reached]);
      if (rows === undefined || rows.length === 0) {
        return { whole: rows !== undefined, reached };
      }
      reached = Number(rows.at(-1)?.[rowId]);
      await this.take(withoutIds(rows));
    }
  }

  /** Tries the rows that are named, one by one. */
  async only(named: readonly number[], low: number, high: number): Promise<void> {
    for (const id of named) {
      if (id > low && id < high) {
        await this.single(id);
      }
    }
  }

  /** Halves a range whose ends cannot be read until what can be read in it was found. */
  async between(low: number, high: number): Promise<void> {
    const open: [number, number][] = [[low, high]];
    for (let range = open.pop(); range !== undefined; range = open.pop()) {
      const [from, to] = range;
      if (to - from <= 2) {
        await (to - from === 2 ? this.single(from + 1) : Promise.resolve());
        continue;
      }
      const start = await this.run('forward', from, to);
      const end = start.whole ? start : await this.run('backward', start.reached, to);
      const [left, right] = [start.reached, end.reached];
      if (!start.whole && !end.whole) {
        const middle = Math.floor((left + right) / 2);
        // The middle belongs to the lower half: bounds themselves are left out.
        open.push([left, middle + 1], [middle, right]);
      }
    }
  }

  /** Looking for one row passes no other page of rows than its own, as looking for the next one may. */
  private async single(id: number): Promise<void> {
    const rows = await this.select('rowid = ?1', [id]).catch(() => []);
    await this.take(withoutIds(rows));
  }

  /** Undefined when not even one row can be read. */
  private async read(direction: Direction, bounds: readonly number[]): Promise<SalvagedRow[] | undefined> {
    const order = direction === 'forward' ? 'ASC' : 'DESC';
    for (const count of pieces) {
      try {
        return await this.select(`rowid > ?1 AND rowid < ?2 ORDER BY rowid ${order} LIMIT ${count}`, bounds);
      } catch {
        // Whatever it was, fewer rows may do without it.
      }
    }
    return undefined;
  }

  private select(which: string, params: readonly number[]): Promise<SalvagedRow[]> {
    const names = this.columns.map(quoted).join(', ');
    return this.connection.all(`SELECT rowid AS ${rowId}, ${names} FROM ${quoted(this.table)} WHERE ${which}`, params);
  }
}

/** A name of a damaged file may hold anything. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function withoutIds(rows: readonly SalvagedRow[]): readonly SalvagedRow[] {
  return rows.map(({ [rowId]: _, ...row }) => row);
}
