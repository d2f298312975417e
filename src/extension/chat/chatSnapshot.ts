import * as vscode from 'vscode';
import { toSummary, type SessionId, type SessionSummary, type WorkspaceKey } from '../../core/session/session';
import type { EventPage } from '../../core/session/sessionService';
import type {
  ModelStatus,
  QueuedMessage,
  SessionSnapshot,
  SkillStatus,
  StoreStatus,
  WorkspaceStatus,
} from '../../protocol/chatProtocol';
import { protocolVersion } from '../../protocol/chatProtocol';
import { readSetting } from '../contributions/configuration';
import { setContextKey } from '../contributions/contextKeys';
import type { StoreHost } from '../platform/storeHost';
import { folderName } from '../platform/workspaceKeys';
import type { ChatAttachments, ChatCompaction, ChatModels, ChatSkills } from './chatPorts';
import { modelOf, skillOf, type Conversation } from './conversation';
import { attachedTo } from './attachedTo';
import { findSharing } from './sharing';
import { storeStatus } from './storeStatus';
import type { ViewMemoryStore } from './viewMemoryStore';
import { toViewCompaction, toViewEvents } from './viewEvents';
import { viewStrings } from './viewStringTable';

/** Events of the first page: a few screens; older ones follow on scroll. */
export const firstPageSize = 100;
const recentCount = 5;
const noEvents: EventPage = { events: [], hasOlder: false };

export interface SnapshotDeps {
  readonly store: StoreHost;
  readonly models: ChatModels;
  readonly skills: ChatSkills;
  readonly attachments: ChatAttachments;
  readonly compaction: Pick<ChatCompaction, 'progressOf'>;
  readonly memory: ViewMemoryStore;
  /** Messages that wait in a session for the reply before them. */
  readonly queued: (id: SessionId) => readonly QueuedMessage[];
  readonly workspaceKeys: () => Promise<readonly [WorkspaceKey, ...WorkspaceKey[]]>;
}

export type StatusDeps = Omit<SnapshotDeps, 'queued'>;

export interface ChatStatus {
  readonly model: ModelStatus;
  readonly workspace: WorkspaceStatus;
  readonly store: StoreStatus;
  readonly skill: SkillStatus;
  readonly showSummaries: boolean;
  readonly enterSends: boolean;
}

/** All of a snapshot except what changes from one moment to the next. A store that fails shows as its status, never as an empty session. */
export async function buildSnapshot(
  deps: SnapshotDeps,
  conversation: Conversation,
): Promise<Omit<SessionSnapshot, 'epoch' | 'seq' | 'turn'>> {
  const { session } = conversation;
  // What the chat shows then is the status of the store.
  const orNothing = <T>(reading: Promise<T>, nothing: T): Promise<T> =>
    reading.catch((error: unknown) => {
      if (deps.store.state.kind === 'unavailable') {
        return nothing;
      }
      throw error;
    });
  const [page, recent, status, context] = await Promise.all([
    session === null
      ? noEvents
      : orNothing(
          deps.store.manager().then((manager) => manager.loadPage(session.id, firstPageSize)),
          noEvents,
        ),
    session === null ? loadRecent(deps) : [],
    buildStatus(deps, conversation, knownSkill(deps, conversation)),
    orNothing(attachedTo(conversation, deps.store), []).then((items) => deps.attachments.chips(items)),
  ]);
  return {
    protocolVersion,
    sessionId: conversation.id,
    ...(conversation.takesOver === undefined ? {} : { takesOver: conversation.takesOver }),
    summary: session === null ? null : toSummary(session),
    turnStatus: session?.turnStatus ?? 'idle',
    events: toViewEvents(page.events),
    hasOlder: page.hasOlder,
    notice: conversation.notice,
    queued: deps.queued(conversation.id),
    memory: deps.memory.get(session === null ? 'unsaved' : conversation.id),
    recent,
    context,
    compaction: toViewCompaction(deps.compaction.progressOf(conversation.id)),
    // Counting reads more than is shown: it follows when the view stands.
    measure: null,
    idleGapMs: Math.max(0, readSetting('session.continueMinutes')) * 60_000,
    strings: viewStrings(),
    ...status,
    workspace: { ...status.workspace, folderName: folderName(conversation.key) },
  };
}

/** The conversation is not to wait for the folders of skills; the status follows once they are read. */
function knownSkill({ skills }: SnapshotDeps, conversation: Conversation): SkillStatus {
  const current = skillOf(conversation);
  return skills.knownStatus(current) ?? { current, missing: false, available: [] };
}

export async function buildStatus(
  deps: StatusDeps,
  conversation: Conversation,
  skill: SkillStatus,
): Promise<ChatStatus> {
  const [model, [key]] = await Promise.all([deps.models.status(modelOf(conversation)), deps.workspaceKeys()]);
  setContextKey('rejoin.hasModel', model.hasAny);
  return {
    model: { ...model, sharing: await findSharing(deps, conversation, model.ref) },
    skill,
    showSummaries: readSetting('autoCompact.showSummaryMarkers'),
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
