import type { EventId, ModelRef, SessionId, SessionSummary, TurnId, TurnStatus } from '../core/session/session';
import type { StoredEvent, TextError } from '../core/session/sessionEvent';
import type { ResumeNotice } from '../core/session/resumePolicy';
import type { ContextKey, ContextType } from '../core/session/contextItem';
import type { CompactionProgress } from '../core/turn/compactionView';
import type { PromptMeasure } from '../core/turn/promptMeasure';
import type { ToolDecision } from '../core/turn/toolHost';
import type { TurnView } from '../core/turn/turnView';
import type { ViewStrings } from './viewStrings';

/** Raised whenever a message changes its meaning; a view of another version asks for a reload. */
export const protocolVersion = 3;

/**
 * How the store stands; every `text` says what is wrong and what to do next.
 * In `unavailable` nothing can be sent until the cause is gone or the person chose; `memory` is marked as not saved.
 */
export type StoreStatus =
  /** `loss`: stored messages are missing from the file, and the person has not yet said what to do about it. */
  | { readonly kind: 'ok'; readonly loss?: string }
  | { readonly kind: 'memory' }
  /** Writes fail for a cause that may pass; they are tried again by themselves. */
  | { readonly kind: 'trouble'; readonly text: string }
  | { readonly kind: 'readOnly'; readonly text: string }
  /** `canRestore`: the file is damaged or gone, and backups or what is left of it can take its place. */
  | { readonly kind: 'unavailable'; readonly error: TextError; readonly text: string; readonly canRestore: boolean };

/** A message that waits in this window until the session's running reply is over. */
export interface QueuedMessage {
  readonly clientMessageId: string;
  readonly text: string;
  readonly skill?: string;
  /** Why it could not be sent when its turn came: it waits for the person's word, and those behind it with it. */
  readonly problem?: string;
}

export interface ModelStatus {
  /** The model that answers next; null when there is none to choose yet. */
  readonly ref: ModelRef | null;
  /** Name to show, e.g. "GPT-5 · OpenAI"; empty without a model. */
  readonly label: string;
  /** The session's own model is gone: it is named here and nothing is sent until another one is chosen. */
  readonly missing: ModelRef | null;
  readonly hasAny: boolean;
  /** The next message takes the whole conversation to another provider than the one that answered last; names to show. */
  readonly sharing: { readonly from: string; readonly to: string } | null;
}

/** A skill as the composer offers it. */
export interface SkillEntry {
  readonly name: string;
  readonly description: string;
}

export interface SkillStatus {
  /** Skill of the session shown. */
  readonly current: string | null;
  /** The session's skill is there no more. */
  readonly missing: boolean;
  readonly available: readonly SkillEntry[];
}

/** Something attached, as a chip. */
export interface ContextChip extends ContextKey {
  readonly type: ContextType;
  readonly bytes: number;
  /** The source cannot be read now; what was read last is sent. */
  readonly unreadable: boolean;
}

export interface WorkspaceStatus {
  /** Name of the folder that the session belongs to; empty without one. */
  readonly folderName: string;
  readonly hasFolder: boolean;
  readonly trusted: boolean;
}

/** What the host keeps for a session's view over hide, move and reload. */
export interface ViewMemory {
  readonly draft: string;
  /** Event at the top of the view and its offset in px; null = at the end. */
  readonly scroll: { readonly eventId: EventId; readonly offset: number } | null;
}

/** Replaces everything that the view knows. */
export interface SessionSnapshot {
  readonly protocolVersion: number;
  readonly epoch: number;
  /** Number of the last notification before this snapshot. */
  readonly seq: number;
  /** Id of the conversation shown, also before it has a row. */
  readonly sessionId: SessionId;
  /** The conversation whose place this one took unasked: what is being typed there goes on here. */
  readonly takesOver?: SessionId;
  /** Null until the first event is stored. */
  readonly summary: SessionSummary | null;
  readonly turnStatus: TurnStatus;
  /** Last page of the branch, oldest first. */
  readonly events: readonly StoredEvent[];
  readonly hasOlder: boolean;
  readonly notice: ResumeNotice | null;
  readonly turn: TurnView | null;
  /** Sent while another window answers, in order. */
  readonly queued: readonly QueuedMessage[];
  readonly memory: ViewMemory;
  readonly model: ModelStatus;
  readonly workspace: WorkspaceStatus;
  readonly store: StoreStatus;
  /** Sessions of this folder for the empty screen, newest first, few. */
  readonly recent: readonly SessionSummary[];
  readonly skill: SkillStatus;
  /** Attached to the session, oldest first. */
  readonly context: readonly ContextChip[];
  readonly compaction: CompactionProgress | null;
  /** Null until it was measured; a notification follows. */
  readonly measure: PromptMeasure | null;
  /** Summaries stand open in the transcript. */
  readonly showSummaries: boolean;
  readonly enterSends: boolean;
  /** Milliseconds of silence after which the transcript shows a gap; 0 = none. */
  readonly idleGapMs: number;
  readonly strings: ViewStrings;
}

export interface EventsPage {
  readonly events: readonly StoredEvent[];
  readonly hasOlder: boolean;
}

/** View to host. Every request settles. */
export interface ChatRequests {
  'session/ready': { params: { protocolVersion: number }; result: SessionSnapshot };
  'session/loadOlder': { params: { sessionId: SessionId; before: EventId }; result: EventsPage };
  'session/new': { params: Record<string, never>; result: void };
  'session/open': { params: { sessionId: SessionId }; result: void };
  /** Without a title the host asks for one. */
  'session/rename': { params: { sessionId: SessionId; title?: string }; result: void };
  'session/pick': { params: Record<string, never>; result: void };
  /**
   * Resolves when the message is on disk, or with null when it waits for the reply of another window; rejects, and
   * the view keeps the text, when it is neither. With `skill` the text is what was typed behind the skill's name.
   */
  'turn/start': {
    params: { sessionId: SessionId; text: string; clientMessageId: string; skill?: string };
    result: { turnId: TurnId | null };
  };
  /** Takes a waiting message out of the queue; false when it was sent already. */
  'queue/remove': { params: { sessionId: SessionId; clientMessageId: string }; result: boolean };
  /** Sends the first waiting message, though an earlier try failed or the reply before it did. */
  'queue/send': { params: { sessionId: SessionId }; result: void };
  'turn/cancel': { params: { turnId: TurnId }; result: void };
  /** Asks again for an answer to the last user message; the failed or stopped answer stays in the log. */
  'turn/retry': { params: { sessionId: SessionId }; result: { turnId: TurnId } };
  /** Lets the model go on after the partial answer. */
  'turn/continue': { params: { sessionId: SessionId }; result: { turnId: TurnId } };
  /** Another answer to the user message above this answer; the earlier one stays in the log. */
  'turn/regenerate': { params: { sessionId: SessionId; eventId: EventId }; result: { turnId: TurnId } };
  'tool/respond': { params: { turnId: TurnId; callId: string; decision: ToolDecision }; result: void };
  'model/pick': { params: Record<string, never>; result: void };
  'skill/pick': { params: { name?: string }; result: void };
  /** Asks what to attach; the chips follow as a notification. */
  'context/attach': { params: { sessionId: SessionId }; result: void };
  /** Attaches what was dropped or pasted: addresses of files. */
  'context/attachUris': { params: { sessionId: SessionId; uris: readonly string[] }; result: void };
  'context/remove': { params: { sessionId: SessionId; type: ContextType; key: string }; result: void };
  'context/open': { params: { sessionId: SessionId; type: ContextType; key: string }; result: void };
  /** Shows what would be summarised and does it when the person says so. */
  'compaction/start': { params: { sessionId: SessionId }; result: void };
  'compaction/undo': { params: { sessionId: SessionId; eventId: EventId }; result: void };
  'session/export': { params: { sessionId: SessionId }; result: void };
  'session/import': { params: Record<string, never>; result: void };
  'provider/add': { params: Record<string, never>; result: void };
  'memory/save': { params: { sessionId: SessionId; memory: ViewMemory }; result: void };
  'clipboard/write': { params: { text: string }; result: void };
  /** Copies the whole conversation as Markdown, also what the view has not loaded. */
  'session/copy': { params: { sessionId: SessionId }; result: void };
  /** Opens all of an event in an editor: of a very long one the view has only the beginning. */
  'message/open': { params: { sessionId: SessionId; eventId: EventId }; result: void };
  /** Copies all of the messages, also what the view does not have of them. */
  'message/copy': { params: { sessionId: SessionId; eventIds: readonly EventId[] }; result: void };
  'code/insert': { params: { code: string }; result: void };
  'code/open': { params: { code: string; language: string }; result: void };
  'link/open': { params: { href: string }; result: void };
  'store/retry': { params: Record<string, never>; result: void };
  'store/useMemory': { params: Record<string, never>; result: void };
  /** Shows what can be restored and what each choice would lose. */
  'store/restore': { params: Record<string, never>; result: void };
  /** Goes on without the messages that are missing. */
  'store/acceptLoss': { params: Record<string, never>; result: void };
  'workspace/trust': { params: Record<string, never>; result: void };
  'workspace/openFolder': { params: Record<string, never>; result: void };
  'sessions/show': { params: Record<string, never>; result: void };
  'diagnostics/copy': { params: Record<string, never>; result: void };
}

export type ChatMethod = keyof ChatRequests;
export type ParamsOf<M extends ChatMethod> = ChatRequests[M]['params'];
export type ResultOf<M extends ChatMethod> = ChatRequests[M]['result'];

/** `epoch` changes with the session shown; `seq` counts notifications, so that a gap is noticed. */
export type Stamped<T> = T & { readonly epoch: number; readonly seq: number };

/** Host to view, fire and forget. */
export interface ChatNotifications {
  'session/snapshot': SessionSnapshot;
  'session/eventsAppended': Stamped<{ readonly events: readonly StoredEvent[] }>;
  'session/updated': Stamped<{ readonly summary: SessionSummary; readonly turnStatus: TurnStatus }>;
  /** Text to add to the running turn's partial answer. */
  'turn/delta': Stamped<{ readonly turnId: TurnId; readonly text: string; readonly reasoning: string }>;
  /** Null when the turn is over. */
  'turn/state': Stamped<{ readonly turn: TurnView | null }>;
  'status/updated': Stamped<{
    readonly model: ModelStatus;
    readonly workspace: WorkspaceStatus;
    readonly store: StoreStatus;
    readonly skill: SkillStatus;
    readonly showSummaries: boolean;
    readonly enterSends: boolean;
  }>;
  'context/updated': Stamped<{ readonly context: readonly ContextChip[] }>;
  /** Null when there is nothing to tell any more. */
  'compaction/updated': Stamped<{ readonly compaction: CompactionProgress | null }>;
  'measure/updated': Stamped<{ readonly measure: PromptMeasure | null }>;
  'queue/updated': Stamped<{ readonly queued: readonly QueuedMessage[] }>;
  'recent/updated': Stamped<{ readonly recent: readonly SessionSummary[] }>;
  /** Moves the keyboard to the composer. */
  'composer/focus': Stamped<{ readonly text?: string }>;
}

export type ChatNotification = keyof ChatNotifications;

export interface WireError {
  readonly code: string;
  /** Localised, ready to show. */
  readonly message: string;
}

export type ViewToHostMessage =
  | { readonly kind: 'request'; readonly id: number; readonly method: ChatMethod; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number };

export type HostToViewMessage =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'notification'; readonly method: ChatNotification; readonly params: unknown };
