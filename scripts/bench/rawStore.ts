import sqlite3 from '@vscode/sqlite3';
import { v7 as uuidV7 } from 'uuid';

export interface RawSession {
  readonly id: string;
  /** Events that it starts with. */
  readonly size: number;
  readonly headId: string;
  readonly directory: string;
}

const statements = {
  begin: 'BEGIN IMMEDIATE',
  read: 'SELECT head_id, last_seq FROM sessions WHERE id = ?',
  insert: `INSERT INTO session_events (id, session_id, seq, parent_id, invocation_id, event_type, event_data, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  update: `UPDATE sessions SET head_id = ?, last_seq = ?, updated_at = ?, message_count = message_count + 1
    WHERE id = ? AND head_id IS ?`,
  select: 'SELECT * FROM session_events WHERE session_id = ? AND seq >= ? ORDER BY seq',
  commit: 'COMMIT',
};

/** Rows per statement of a bulk insert, within SQLite's limit of parameters. */
const rowsPerInsert = 100;

/** An event by its columns. */
export type RawRow = Readonly<Record<string, unknown>>;

/** What the store is compared with: the same tables, written with the binding and nothing else. */
export class RawStore {
  private constructor(
    private readonly database: sqlite3.Database,
    private readonly prepared: Readonly<Record<keyof typeof statements, sqlite3.Statement>>,
  ) {}

  static async open(path: string): Promise<RawStore> {
    const database = await new Promise<sqlite3.Database>((resolve, reject) => {
      const opened = new sqlite3.Database(path, (error) => (error === null ? resolve(opened) : reject(error)));
    });
    database.configure('busyTimeout', 5000);
    await exec(database, 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    await exec(database, 'PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON');
    const prepared = Object.fromEntries(
      Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Record<keyof typeof statements, sqlite3.Statement>;
    return new RawStore(database, prepared);
  }

  static eventId(session: string, seq: number): string {
    return `${session}:${seq}`;
  }

  /** Makes sessions with all their events, questions and answers in turns, by a few statements. */
  async fill(sessions: readonly RawSession[], text: string): Promise<void> {
    const question = JSON.stringify({ content: text });
    const answer = JSON.stringify({ content: text, finish: 'completed' });
    await all(this.prepared.begin, []);
    for (const [index, session] of sessions.entries()) {
      const now = Date.now() - index * 1000;
      await this.insertSession(session, now, `Session ${index}`);
      await run(
        this.database,
        `WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?2)
        INSERT INTO session_events (id, session_id, seq, parent_id, invocation_id, event_type, event_data, created_at)
        SELECT ?1 || ':' || seq, ?1, seq, CASE seq WHEN 1 THEN NULL ELSE ?1 || ':' || (seq - 1) END, 'run',
          CASE seq % 2 WHEN 1 THEN 'user_message' ELSE 'text' END, CASE seq % 2 WHEN 1 THEN ?3 ELSE ?4 END, ?5
        FROM n`,
        [session.id, session.size, question, answer, now],
      );
    }
    await all(this.prepared.commit, []);
    await exec(this.database, 'PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** The events of a session from `seq` on. */
  read(session: string, seq: number): Promise<readonly RawRow[]> {
    return all(this.prepared.select, [session, seq]) as Promise<RawRow[]>;
  }

  /** Makes a session of these events, in one transaction. */
  async insertAll(session: RawSession, rows: readonly RawRow[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {});
    const places = `(${columns.map(() => '?').join(', ')})`;
    await all(this.prepared.begin, []);
    await this.insertSession(session, Date.now(), 'Session');
    for (let first = 0; first < rows.length; first += rowsPerInsert) {
      const batch = rows.slice(first, first + rowsPerInsert);
      await run(
        this.database,
        `INSERT INTO session_events (${columns.join(', ')}) VALUES ${batch.map(() => places).join(', ')}`,
        batch.flatMap((row) => columns.map((column) => row[column])),
      );
    }
    await all(this.prepared.commit, []);
  }

  /** Deletes a session with its events. */
  remove(session: string): Promise<void> {
    return run(this.database, 'DELETE FROM sessions WHERE id = ?', [session]);
  }

  async append(session: string, text: string): Promise<void> {
    const { begin, read, insert, update, commit } = this.prepared;
    const id = uuidV7();
    const now = Date.now();
    await all(begin, []);
    const [row] = (await all(read, [session])) as { head_id: string; last_seq: number }[];
    if (row === undefined) {
      throw new Error(`no session ${session}`);
    }
    const seq = row.last_seq + 1;
    const data = JSON.stringify({ content: text, finish: 'completed' });
    await all(insert, [id, session, seq, row.head_id, 'run', 'text', data, now]);
    await all(update, [id, seq, now, session, row.head_id]);
    await all(commit, []);
  }

  async close(): Promise<void> {
    for (const statement of Object.values(this.prepared)) {
      await new Promise((resolve) => statement.finalize(resolve));
    }
    await new Promise<void>((resolve, reject) => {
      this.database.close((error) => (error === null ? resolve() : reject(error)));
    });
  }

  private insertSession(session: RawSession, now: number, title: string): Promise<void> {
    // Its log counts as sealed: otherwise the store would be sealing its events while it is measured.
    return run(
      this.database,
      `INSERT INTO sessions (id, head_id, directory, git_root, created_at, updated_at, title, title_folded,
        title_source, message_count, last_seq, log_seal)
        VALUES (?1, ?2, ?3, '/work', ?4, ?4, ?5, lower(?5), 'derived', ?6, ?6, ?6 || ':')`,
      [session.id, session.headId, session.directory, now, title, session.size],
    );
  }
}

function all(statement: sqlite3.Statement, params: readonly unknown[]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    statement.all(params, (error: Error | null, rows: unknown[]) => (error === null ? resolve(rows) : reject(error)));
  });
}

function run(database: sqlite3.Database, sql: string, params: readonly unknown[]): Promise<void> {
  return new Promise((resolve, reject) => {
    database.run(sql, params, (error) => (error === null ? resolve() : reject(error)));
  });
}

function exec(database: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    database.exec(sql, (error) => (error === null ? resolve() : reject(error)));
  });
}
