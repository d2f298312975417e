import type { WorkspaceKey } from '../../core/session/session';
import { titleRoot } from '../../core/session/sessionTitle';
import { foldTitle } from './foldTitle';
import type { SessionRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';
import * as queries from './titleQueries';

/**
 * The title, or, where another session of the same key outside the trash has it in any case, the title with the lowest
 * number that is free. To be asked inside the write transaction that sets it: nobody else can take it meanwhile.
 */
export async function uniqueTitle(
  connection: SqliteConnection,
  id: string,
  { directory, gitRoot }: WorkspaceKey,
  title: string,
): Promise<string> {
  const place = [id, directory, gitRoot];
  if ((await connection.first(queries.selectTitleTaken, [...place, foldTitle(title)])) === undefined) {
    return title;
  }
  const root = titleRoot(title);
  const folded = foldTitle(root);
  // The closing bracket is the character behind the opening one.
  const range = [`${folded} (`, `${folded} )`];
  const rows = await connection.all<{ title_folded: string }>(queries.selectTitlesBetween, [...place, ...range]);
  const taken = new Set(rows.map((row) => row.title_folded));
  let number = 2;
  while (taken.has(`${folded} (${number})`)) {
    number++;
  }
  return `${root} (${number})`;
}

/** Gives a number to those of some sessions whose title another session of their key has. */
export async function separateTitles(connection: SqliteConnection, ids: readonly string[]): Promise<void> {
  for (const row of await connection.all<SessionRow>(queries.selectEqualTitles, [JSON.stringify(ids)])) {
    const key = { directory: row.directory, gitRoot: row.git_root };
    const title = await uniqueTitle(connection, row.id, key, row.title);
    await connection.all(queries.updateTitle, [row.id, title, foldTitle(title)]);
  }
}
