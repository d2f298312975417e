import type { Session, WorkspaceKey } from '../../core/session/session';
import type { SessionFilter } from '../../core/session/sessionService';
import { foldTitle } from './foldTitle';
import * as queries from './sessionQueries';
import { toSession, type SessionRow } from './sessionRows';
import type { SqlValue } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';

/** The newest of each place are enough to choose from: an exact folder wins first, then the newest. */
const resumablePerPlace = 20;

interface Place {
  readonly arm: 'directory' | 'gitRoot';
  readonly value: string | null;
}

/**
 * One page of a list. Every state and place is read from its own index, already in order and no further than the page
 * goes, so the cost depends on the page and not on how many sessions there are.
 */
export async function listSessions(connection: SqliteConnection, filter: SessionFilter): Promise<readonly Session[]> {
  if (filter.limit <= 0) {
    return [];
  }
  const conditions: queries.ListConditions = {
    after: filter.after !== undefined,
    pinned: filter.pinned !== undefined,
    provider: filter.provider !== undefined,
    titlePart: filter.titlePart !== undefined,
    updatedBefore: filter.updatedBefore !== undefined,
    deletedBefore: filter.deletedBefore !== undefined,
  };
  const tail: readonly SqlValue[] = [
    ...(filter.after === undefined ? [] : [filter.after.updatedAt, filter.after.id]),
    ...(filter.pinned === undefined ? [] : [Number(filter.pinned)]),
    ...(filter.provider === undefined ? [] : [filter.provider]),
    ...(filter.titlePart === undefined ? [] : [foldTitle(filter.titlePart)]),
    ...(filter.updatedBefore === undefined ? [] : [filter.updatedBefore]),
    ...(filter.deletedBefore === undefined ? [] : [filter.deletedBefore]),
    filter.limit,
  ];
  const places = filter.keys === undefined ? [undefined] : placesOf(filter.keys);
  let rows: readonly SessionRow[] = [];
  for (const state of new Set(filter.states)) {
    for (const place of places) {
      const sql = queries.selectListArm(place?.arm ?? 'everywhere', conditions);
      const params = place === undefined ? [state, ...tail] : [state, place.value, ...tail];
      rows = [...rows, ...(await connection.all<SessionRow>(sql, params))];
    }
  }
  return newestOf(rows).slice(0, filter.limit);
}

export async function listResumable(
  connection: SqliteConnection,
  keys: readonly WorkspaceKey[],
  since: number,
  until: number,
): Promise<readonly Session[]> {
  let rows: readonly SessionRow[] = [];
  for (const { arm, value } of placesOf(keys)) {
    const params = [value, since, until, resumablePerPlace];
    rows = [...rows, ...(await connection.all<SessionRow>(queries.selectResumableArm(arm), params))];
  }
  return newestOf(rows);
}

/** The session of a title: one of the folders before one of the repositories, then the newest. */
export async function findTitled(
  connection: SqliteConnection,
  title: string,
  keys: readonly WorkspaceKey[],
): Promise<Session | undefined> {
  if (title === '') {
    return undefined;
  }
  for (const arm of ['directory', 'gitRoot'] as const) {
    let rows: readonly SessionRow[] = [];
    for (const { value } of placesOf(keys).filter((place) => place.arm === arm)) {
      rows = [...rows, ...(await connection.all<SessionRow>(queries.selectTitledArm(arm), [foldTitle(title), value]))];
    }
    const [newest] = newestOf(rows);
    if (newest !== undefined) {
      return newest;
    }
  }
  return undefined;
}

/** Folders and git roots without repeats. No folder is a place of its own; no repository is not. */
function placesOf(keys: readonly WorkspaceKey[]): readonly Place[] {
  const directories = new Set(keys.map((key) => key.directory));
  const gitRoots = new Set(keys.map((key) => key.gitRoot).filter((root) => root !== null));
  return [
    ...[...directories].map((value): Place => ({ arm: 'directory', value })),
    ...[...gitRoots].map((value): Place => ({ arm: 'gitRoot', value })),
  ];
}

/** Each session once, newest first; those of one moment by their ids, as the indexes have them. */
function newestOf(rows: readonly SessionRow[]): readonly Session[] {
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  return unique.sort((a, b) => b.updated_at - a.updated_at || (a.id < b.id ? 1 : -1)).map(toSession);
}

/** The sessions of some ids in the order asked for; unknown ids are left out. */
export async function selectInOrder(connection: SqliteConnection, ids: readonly string[]): Promise<readonly Session[]> {
  if (ids.length === 0) {
    return [];
  }
  const rows = await connection.all<SessionRow>(queries.selectSessions, [JSON.stringify(ids)]);
  const sessions = new Map(rows.map((row) => [row.id, toSession(row)]));
  return [...new Set(ids)].flatMap((id) => sessions.get(id) ?? []);
}
