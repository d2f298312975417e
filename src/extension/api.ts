import type * as vscode from 'vscode';
import { toSessionId, toSummary, type Session, type SessionSummary, type WorkspaceKey } from '../core/session/session';
import type { StoredEvent } from '../core/session/sessionEvent';
import { listSessions, type ListOptions } from './sessions/listSessions';
import type { StoreHost } from './platform/storeHost';

/** What other extensions get from `activate()`. Additive within a version. */
export interface RejoinApi {
  readonly apiVersion: 1;
  readonly sessions: SessionsApi;
}

/** Sessions for other extensions, over the same store as the views: every view follows what is done here. */
export interface SessionsApi {
  /** Ids of the sessions that changed; empty when anything may have. */
  readonly onDidChange: vscode.Event<readonly string[]>;
  list(options?: ListOptions): Promise<readonly SessionSummary[]>;
  /** Undefined for an unknown id. */
  get(id: string): Promise<SessionSummary | undefined>;
  /** The branch shown, oldest event first. */
  events(id: string): Promise<readonly StoredEvent[]>;
  open(id: string): Promise<SessionSummary>;
  rename(id: string, title: string): Promise<SessionSummary>;
  setArchived(id: string, archived: boolean): Promise<SessionSummary>;
  setPinned(id: string, pinned: boolean): Promise<SessionSummary>;
  /** To the trash, from which `restore` brings it back. */
  delete(id: string): Promise<SessionSummary>;
  restore(id: string): Promise<SessionSummary>;
}

export interface RejoinApiDeps {
  readonly store: StoreHost;
  readonly workspaceKeys: () => Promise<readonly WorkspaceKey[]>;
  readonly showSession: (id: ReturnType<typeof toSessionId>) => Promise<SessionSummary>;
}

export function createApi({ store, workspaceKeys, showSession }: RejoinApiDeps): RejoinApi {
  const one = async (
    id: string,
    change: (manager: Awaited<ReturnType<StoreHost['manager']>>) => Promise<readonly Session[]>,
  ): Promise<SessionSummary> => {
    const manager = await store.manager();
    const [session] = await change(manager);
    return toSummary(session ?? (await manager.get(toSessionId(id))));
  };
  return {
    apiVersion: 1,
    sessions: {
      onDidChange: (listener, thisArg) => store.onDidChangeSessions(({ ids }) => void listener.call(thisArg, ids)),
      list: async (options) => listSessions(await store.manager(), await workspaceKeys(), options),
      get: async (id) => {
        const session = await (await store.manager()).getSession(toSessionId(id));
        return session === undefined ? undefined : toSummary(session);
      },
      events: async (id) => (await store.manager()).loadBranch(toSessionId(id)),
      open: (id) => showSession(toSessionId(id)),
      rename: (id, title) => one(id, async (manager) => [await manager.rename(toSessionId(id), title)]),
      setArchived: (id, archived) => one(id, (manager) => manager.setArchived([toSessionId(id)], archived)),
      setPinned: (id, pinned) => one(id, (manager) => manager.setPinned([toSessionId(id)], pinned)),
      delete: (id) => one(id, (manager) => manager.moveToTrash([toSessionId(id)])),
      restore: (id) => one(id, (manager) => manager.restore([toSessionId(id)])),
    },
  };
}
