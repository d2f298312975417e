import * as vscode from 'vscode';
import { toSummary, type ModelRef, type SessionSummary, type WorkspaceKey } from '../../core/session/session';
import type { ModelStatus, SessionSnapshot, StoreStatus, WorkspaceStatus } from '../../protocol/chatProtocol';
import { protocolVersion } from '../../protocol/chatProtocol';
import { readSetting } from '../contributions/configuration';
import { setContextKey } from '../contributions/contextKeys';
import { textOfError } from '../platform/errorTexts';
import type { StoreHost, StoreState } from '../platform/storeHost';
import { folderName } from '../platform/workspaceKeys';
import type { ChatModels } from './chatPorts';
import { modelOf, type Conversation } from './conversation';
import type { ViewMemoryStore } from './viewMemoryStore';
import { toViewEvents } from './viewEvents';
import { viewStrings } from './viewStringTable';

/** Events of the first page: a few screens; older ones follow on scroll. */
export const firstPageSize = 100;
const recentCount = 5;

export interface SnapshotDeps {
  readonly store: StoreHost;
  readonly models: ChatModels;
  readonly memory: ViewMemoryStore;
  readonly workspaceKeys: () => Promise<readonly [WorkspaceKey, ...WorkspaceKey[]]>;
}

export interface ChatStatus {
  readonly model: ModelStatus;
  readonly workspace: WorkspaceStatus;
  readonly store: StoreStatus;
  readonly enterSends: boolean;
}

/** All of a snapshot except what changes from one moment to the next. A store that fails shows as its status, never as an empty session. */
export async function buildSnapshot(
  deps: SnapshotDeps,
  conversation: Conversation,
): Promise<Omit<SessionSnapshot, 'epoch' | 'seq' | 'turn'>> {
  const { session } = conversation;
  const [page, recent, status] = await Promise.all([
    session === null
      ? { events: [], hasOlder: false }
      : deps.store.manager().then((manager) => manager.loadPage(session.id, firstPageSize)),
    session === null ? loadRecent(deps) : [],
    buildStatus(deps, modelOf(conversation)),
  ]);
  return {
    protocolVersion,
    sessionId: conversation.id,
    summary: session === null ? null : toSummary(session),
    turnStatus: session?.turnStatus ?? 'idle',
    events: toViewEvents(page.events),
    hasOlder: page.hasOlder,
    notice: conversation.notice,
    memory: deps.memory.get(session === null ? 'unsaved' : conversation.id),
    recent,
    idleGapMs: Math.max(0, readSetting('session.continueMinutes')) * 60_000,
    strings: viewStrings(),
    ...status,
    workspace: { ...status.workspace, folderName: folderName(conversation.key) },
  };
}

export async function buildStatus(deps: SnapshotDeps, ref: ModelRef | null): Promise<ChatStatus> {
  const model = await deps.models.status(ref);
  setContextKey('rejoin.hasModel', model.hasAny);
  const [key] = await deps.workspaceKeys();
  return {
    model,
    workspace: { folderName: folderName(key), hasFolder: key.directory !== null, trusted: vscode.workspace.isTrusted },
    store: storeStatus(deps.store.state),
    enterSends: readSetting('enterSends'),
  };
}

/** The newest sessions of this workspace for the empty screen; none where the store cannot be read. */
export async function loadRecent(
  deps: Pick<SnapshotDeps, 'store' | 'workspaceKeys'>,
): Promise<readonly SessionSummary[]> {
  try {
    const [manager, keys] = await Promise.all([deps.store.manager(), deps.workspaceKeys()]);
    return (await manager.list({ keys, states: ['active'], limit: recentCount })).map(toSummary);
  } catch {
    // The status of the store says what is wrong.
    return [];
  }
}

function storeStatus(state: StoreState): StoreStatus {
  switch (state.kind) {
    case 'memory':
      return { kind: 'memory' };
    case 'unavailable':
      return {
        kind: 'unavailable',
        error: { code: state.error.code, args: state.error.args },
        text: textOfError(state.error),
      };
    case 'ok':
    case 'closed':
      return { kind: 'ok' };
  }
}
