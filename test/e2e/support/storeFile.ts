import path from 'node:path';
import sqlite3 from '@vscode/sqlite3';
import type { RigContext } from './rig';

/** The database that all windows of a run share. */
function storePath(rig: RigContext): string {
  return path.join(rig.dataFolder, 'data', 'User', 'globalStorage', 'rejoin.rejoin', 'sessions.db');
}

/** Runs SQL on the database that all windows of a run share, and gives the rows. */
export function querySql<Row>(rig: RigContext, sql: string, ...params: readonly unknown[]): Promise<readonly Row[]> {
  return querySqlIn(storePath(rig), sql, ...params);
}

/** Runs SQL on a database file beside the windows that have it open, and gives the rows. */
export async function querySqlIn<Row>(
  file: string,
  sql: string,
  ...params: readonly unknown[]
): Promise<readonly Row[]> {
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened: sqlite3.Database = new sqlite3.Database(file, (error) =>
      error === null ? resolve(opened) : reject(error),
    );
  });
  database.configure('busyTimeout', 5000);
  try {
    return await new Promise((resolve, reject) => {
      database.all(sql, params, (error: Error | null, rows: Row[]) => (error === null ? resolve(rows) : reject(error)));
    });
  } finally {
    await new Promise<void>((resolve) => {
      database.close(() => resolve());
    });
  }
}
