import { AppError } from '../../core/base/errors';
import { toSummary, type Session, type SessionSummary, type WorkspaceKey } from '../../core/session/session';
import type { SessionFilter } from '../../core/session/sessionService';
import type { SessionCatalog } from './sessionCatalog';

/** Argument of `rejoin.listSessions`. */
export interface ListOptions {
  /** Sessions of the folders of this window, or of all. */
  readonly scope?: 'workspace' | 'all';
  /** True for the archived ones instead of those that are not. */
  readonly archived?: boolean;
  /** Part of the title, in any case. */
  readonly query?: string;
}

const rowsPerRead = 500;

/**
 * Summaries of all sessions that match, newest first; never those in the trash.
 * Rejects with `argument/invalid` for options of the wrong shape.
 */
export async function listSessions(
  catalog: Pick<SessionCatalog, 'list'>,
  workspaceKeys: readonly WorkspaceKey[],
  options: unknown,
): Promise<readonly SessionSummary[]> {
  const { scope, archived, query } = parseOptions(options);
  const filter: Omit<SessionFilter, 'limit' | 'after'> = {
    states: [archived === true ? 'archived' : 'active'],
    ...(scope === 'all' ? {} : { keys: workspaceKeys }),
    ...(query === undefined || query.trim() === '' ? {} : { titlePart: query.trim() }),
  };
  return (await readAllSessions(catalog, filter)).map(toSummary);
}

/** All rows that match, page by page, newest first. */
export async function readAllSessions(
  catalog: Pick<SessionCatalog, 'list'>,
  filter: Omit<SessionFilter, 'limit' | 'after'>,
): Promise<readonly Session[]> {
  const sessions: Session[] = [];
  for (;;) {
    const last = sessions.at(-1);
    const after = last === undefined ? {} : { after: { updatedAt: last.updatedAt, id: last.id } };
    const page = await catalog.list({ ...filter, ...after, limit: rowsPerRead });
    sessions.push(...page);
    if (page.length < rowsPerRead) {
      return sessions;
    }
  }
}

function parseOptions(options: unknown): ListOptions {
  if (options === undefined || options === null) {
    return {};
  }
  if (typeof options !== 'object') {
    throw invalid('options', 'an object { scope, archived?, query? } is expected');
  }
  const { scope, archived, query } = options as Readonly<Record<string, unknown>>;
  if (scope !== undefined && scope !== 'workspace' && scope !== 'all') {
    throw invalid('scope', '"workspace" or "all" is expected');
  }
  if (archived !== undefined && typeof archived !== 'boolean') {
    throw invalid('archived', 'true or false is expected');
  }
  if (query !== undefined && typeof query !== 'string') {
    throw invalid('query', 'a text is expected');
  }
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(archived === undefined ? {} : { archived }),
    ...(query === undefined ? {} : { query }),
  };
}

function invalid(name: string, reason: string): AppError {
  return new AppError('argument/invalid', { args: { name, reason } });
}
