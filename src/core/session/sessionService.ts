import type {
  EventId,
  InvocationId,
  ModelRef,
  Session,
  SessionId,
  TitleSource,
  TurnId,
  TurnStatus,
  WorkspaceKey,
} from './session';
import type { ContextItem, ContextKey } from './contextItem';
import type { NewEvent, StoredEvent } from './sessionEvent';
import type { SessionRecord } from './sessionRecord';
import type { StoreFile } from './storeFile';

/** What a session's row starts with when its first event is written. */
export interface NewSession {
  readonly key: WorkspaceKey;
  readonly skill: string | null;
  /** A person's title; where another session of the same key has it, a number is added. */
  readonly title?: string;
  /** Attached before the session had a row. */
  readonly context?: readonly ContextItem[];
}

export interface AppendRequest {
  readonly sessionId: SessionId;
  readonly invocationId: InvocationId;
  /** The head that the caller saw; another one in the store rejects with `session/head-moved`. */
  readonly expectedHead: EventId | null;
  /** Parent of the first event; the expected head unless a new branch starts further back (regenerate). */
  readonly parent?: EventId | null;
  readonly events: readonly NewEvent[];
  /** Makes the session when it has no row. Without it an unknown session rejects with `session/not-found`. */
  readonly create?: NewSession;
  /** Changes of the row that belong to the same transaction. */
  readonly turnStatus?: TurnStatus;
  readonly model?: ModelRef;
  readonly skill?: string | null;
  /** Set only when the session has no title yet. */
  readonly derivedTitle?: string;
  /** Empties the partial reply of this turn, or drops it with the turn's end: one of the events now holds its text. */
  readonly clearDraftOf?: TurnId;
  /**
   * Takes the session for a turn: its partial reply row is made in the same transaction. Rejects with
   * `session/busy-elsewhere` (`session/busy` when it is this run's own) while another turn has it, as do messages of
   * the person, and with `session/in-trash`.
   */
  readonly lease?: TurnLease;
  /**
   * The events belong to this turn. When it has the session no more they are kept as a branch of their own if they are
   * its end, and the head stays; otherwise nothing is stored and the call rejects with `session/taken-over`.
   */
  readonly ofTurn?: TurnId;
}

/** What the row of a reply begins with. While it is there no other turn of the session starts. */
export interface TurnLease {
  readonly turnId: TurnId;
  readonly owner: ProcessIdentity;
  readonly model: ModelRef;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** Event below which the reply hangs; the last of those that are written with it unless given. */
  readonly parentId?: EventId;
}

/** What whoever appends may say besides the events; the rest of a request is the manager's to know. */
export type AppendOptions = Pick<
  AppendRequest,
  'turnStatus' | 'model' | 'skill' | 'parent' | 'clearDraftOf' | 'ofTurn'
> & { readonly lease?: Omit<TurnLease, 'owner'> };

export interface AppendResult {
  readonly session: Session;
  /** Only what this call wrote; events that were stored before by the same id are left out. */
  readonly events: readonly StoredEvent[];
  /** The turn had the session no more: the events hang on a branch of their own. */
  readonly aside?: true;
}

/** A process as another one can recognise it: process ids come round again, and containers count them anew. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The machine, its start and the container: only inside one home does `pid` mean anything. */
  readonly home: string;
  /** When the process started, in whatever unit the system tells it; empty where it does not. */
  readonly started: string;
}

/** The reply of a running turn as far as it has come; one row per session, replaced as it grows. */
export interface PartialReply {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  readonly invocationId: InvocationId;
  /** Process that drives the turn; when it is gone the reply counts as interrupted. */
  readonly owner: ProcessIdentity;
  /** Event below which the reply hangs. */
  readonly parentId: EventId;
  readonly model: ModelRef;
  readonly content: string;
  readonly reasoning: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** Grows with every save: an owner that cannot be asked is alive as long as it does. */
  readonly beats: number;
}

/** Who answers in a session; what of the reply's row can be read without its text. */
export interface RunningReply extends Pick<PartialReply, 'sessionId' | 'turnId' | 'invocationId' | 'owner' | 'beats'> {
  /** Somebody asked the owner to stop. */
  readonly stopAsked: boolean;
}

/** What the owner of a reply learns when it saves. */
export interface SavedReply {
  readonly stopAsked: boolean;
}

/** Limits as a provider's response headers told them; absent where it did not say. */
export interface UsageSnapshot {
  readonly requestsLimit?: number;
  readonly requestsRemaining?: number;
  readonly tokensLimit?: number;
  readonly tokensRemaining?: number;
  /** Unix milliseconds at which the counts start anew. */
  readonly resetsAt?: number;
}

export interface UsageRecord {
  readonly snapshot: UsageSnapshot;
  /** Unix milliseconds of the write. */
  readonly updatedAt: number;
}

/** What a turn says of its partial reply; who owns it is known to the manager. */
export type ReplyDraft = Omit<PartialReply, 'invocationId' | 'owner' | 'beats'>;

export type SessionState = 'active' | 'archived' | 'deleted';

/** A page of a list. Newest first, pinned ones are not treated apart. */
export interface SessionFilter {
  /** Only sessions whose folder or git root is one of these. Absent = all. */
  readonly keys?: readonly WorkspaceKey[];
  readonly states: readonly SessionState[];
  readonly pinned?: boolean;
  readonly provider?: string;
  /** Part of the title, in any case. */
  readonly titlePart?: string;
  /** Only sessions whose last event is older (Unix ms). */
  readonly updatedBefore?: number;
  /** Only sessions that went to the trash earlier (Unix ms). */
  readonly deletedBefore?: number;
  readonly limit: number;
  /** Continues behind the last row of the page before. */
  readonly after?: { readonly updatedAt: number; readonly id: SessionId };
}

export interface SessionPatch {
  readonly title?: string;
  readonly titleSource?: TitleSource;
  readonly pinned?: boolean;
  readonly archivedAt?: number | null;
  readonly deletedAt?: number | null;
  readonly endedAt?: number | null;
  readonly skill?: string | null;
}

export interface StoreDescription {
  /** Of the database file; `:memory:` for a chat that is not saved. */
  readonly path: string;
  readonly sqliteVersion: string;
  readonly journalMode: string;
  readonly schemaVersion: number;
}

/** What the store takes on disk. Sizes in bytes. */
export interface StorageReport {
  readonly path: string;
  readonly databaseBytes: number;
  /** Write-ahead log and its index. */
  readonly logBytes: number;
  /** Inside the database, to be used again or given back. */
  readonly freeBytes: number;
}

/** Events of the branch shown, oldest first. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly hasOlder: boolean;
}

/**
 * Port: where sessions are kept. Local SQLite today. Everything may reject with a `store/*` error.
 * Looking never writes; the row of a session appears with its first event, metadata or server id.
 */
export interface SessionService extends StoreFile {
  /** The process that this service runs in, as it stands in the rows of its replies. */
  readonly self: ProcessIdentity;
  /** One durable transaction: row if absent, events in `seq` order, head, counters. All or nothing. */
  append(request: AppendRequest): Promise<AppendResult>;
  get(id: SessionId): Promise<Session | undefined>;
  list(filter: SessionFilter): Promise<readonly Session[]>;
  /**
   * Sessions that may resume: not archived, not deleted, not ended, of one of the folders or git roots
   * (a null directory in `keys` matches sessions without one), last event after `since` and not after `until` (Unix ms, both strict/inclusive).
   */
  findResumable(keys: readonly WorkspaceKey[], since: number, until: number): Promise<readonly Session[]>;
  /** The newest `limit` events of the branch that ends at the head, or those above `before`. */
  loadPage(id: SessionId, limit: number, before?: EventId): Promise<EventPage>;
  /** The branch from root to head (or to `end`): all of it, or its last `limit` events. */
  loadBranch(id: SessionId, end?: EventId, limit?: number): Promise<readonly StoredEvent[]>;
  /**
   * Changes rows in one transaction; unknown ids are left out of the result. `updatedAt` stays.
   * A title that another session of the same key has gets a number.
   */
  update(ids: readonly SessionId[], patch: SessionPatch): Promise<readonly Session[]>;
  /** Removes the sessions and every trace of their text from our files; returns the ids that were there. */
  deleteForever(ids: readonly SessionId[]): Promise<readonly SessionId[]>;
  /** `deleteForever` of what is in the trash at that moment: all of it, or what went there before `deletedBefore` (Unix ms). */
  emptyTrash(deletedBefore?: number): Promise<readonly SessionId[]>;
  /**
   * The session of one of the keys that has this title (in any case): one of the folder before one of the repository,
   * then the newest; never one in the trash.
   */
  findByTitle(title: string, keys: readonly WorkspaceKey[]): Promise<Session | undefined>;
  /** What is attached to the session, oldest first. */
  listContext(id: SessionId): Promise<readonly ContextItem[]>;
  /** Attaches items; one of the same type and key is replaced in its place. Rejects with `session/not-found`. */
  putContext(id: SessionId, items: readonly ContextItem[]): Promise<void>;
  removeContext(id: SessionId, keys: readonly ContextKey[]): Promise<void>;
  /** Everything stored of a session, read as of one moment; undefined when there is no such session. */
  readRecord(id: SessionId): Promise<SessionRecord | undefined>;
  /**
   * Writes a whole session in one transaction, ids and times as given, counters counted anew, its title made unique;
   * `replaces` goes to the trash in the same transaction. Rejects with `argument/invalid` when an id is taken.
   */
  importRecord(record: SessionRecord, options: { readonly replaces?: SessionId }): Promise<Session>;
  /** Bytes of the text of sessions, of all where no ids are given. */
  sizesOf(ids?: readonly SessionId[]): Promise<ReadonlyMap<SessionId, number>>;
  storage(): Promise<StorageReport>;
  /** Makes the row when there is none and `create` is given. */
  setServerSessionId(id: SessionId, serverSessionId: string, create?: NewSession): Promise<void>;
  getMetadata(id: SessionId, key: string): Promise<string | undefined>;
  setMetadata(id: SessionId, key: string, value: string | undefined, create?: NewSession): Promise<void>;
  /** What a provider last said of a quota, by account key; undefined when it never did. */
  getUsage(accountKey: string): Promise<UsageRecord | undefined>;
  /** Replaces what was known of that account. */
  setUsage(accountKey: string, snapshot: UsageSnapshot): Promise<void>;
  /**
   * Writes the reply so far over the one before. Creates no event; only with `beats` 0 it makes the row. Rejects with
   * `session/taken-over` when the turn has the session no more.
   */
  savePartialReply(reply: PartialReply): Promise<SavedReply>;
  /** A sign of life of a turn that has no new text. Rejects as `savePartialReply` does. */
  beat(id: SessionId, turnId: TurnId): Promise<SavedReply>;
  getPartialReply(id: SessionId): Promise<PartialReply | undefined>;
  /** Every reply that runs, in whichever window. */
  listReplies(): Promise<readonly RunningReply[]>;
  /**
   * Turns replies whose process is gone into events that end `interrupted`, and that of `orphan` also when it is this
   * process's own: whoever says so knows that nothing works on it. Returns the sessions touched.
   */
  recoverInterrupted(orphan?: SessionId): Promise<readonly SessionId[]>;
  /** What keeps the sessions, for diagnostics. */
  describe(): Promise<StoreDescription>;
  /** Asks the window that answers in a session to stop. Does nothing when none does. */
  askToStop(id: SessionId): Promise<void>;
  close(): Promise<void>;
}
