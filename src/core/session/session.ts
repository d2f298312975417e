declare const brand: unique symbol;
type Brand<T, Name> = T & { readonly [brand]: Name };

export type SessionId = Brand<string, 'SessionId'>;
export type EventId = Brand<string, 'EventId'>;
export type InvocationId = Brand<string, 'InvocationId'>;
export type TurnId = Brand<string, 'TurnId'>;

export const toSessionId = (text: string): SessionId => text as SessionId;
export const toEventId = (text: string): EventId => text as EventId;
export const toInvocationId = (text: string): InvocationId => text as InvocationId;
export const toTurnId = (text: string): TurnId => text as TurnId;

/** What a session belongs to: real paths on disk, the URI text for any other scheme, null where there is none. */
export interface WorkspaceKey {
  readonly directory: string | null;
  readonly gitRoot: string | null;
}

export interface ModelRef {
  /** Provider id; for VS Code's own language models `vscode:<vendor>`. */
  readonly provider: string;
  readonly model: string;
}

/** `user`: a person chose the title, so nothing generated may replace it. */
export type TitleSource = 'none' | 'derived' | 'user';

/** What became of the newest turn: `running` only while a window works on it. */
export type TurnStatus = 'idle' | 'running' | 'cancelled' | 'failed' | 'interrupted';

/** What every list, tree and command result shows of a session. Times are Unix milliseconds. */
export interface SessionSummary {
  readonly id: SessionId;
  readonly title: string;
  readonly directory: string | null;
  readonly gitRoot: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly skill: string | null;
  /** User messages, calls of skills and answers with text, over all branches. */
  readonly messageCount: number;
  readonly createdAt: number;
  /** Time of the last event. Renaming, pinning and archiving leave it alone. */
  readonly updatedAt: number;
  readonly pinned: boolean;
  readonly archivedAt: number | null;
  /** When it went to the trash. */
  readonly deletedAt: number | null;
  /** When `/new` ended it; cleared by the next event. Ended sessions do not resume by themselves. */
  readonly endedAt: number | null;
}

/** A stored session with what only the manager and the turns need. */
export interface Session extends SessionSummary {
  readonly headId: EventId | null;
  readonly lastSeq: number;
  readonly lastInvocationId: InvocationId | null;
  readonly serverSessionId: string | null;
  readonly titleSource: TitleSource;
  readonly turnStatus: TurnStatus;
  /** Beginning of the last message, as one line. */
  readonly preview: string;
}

/** The public part of a session, in the order and with the names that commands return. */
export function toSummary(session: SessionSummary): SessionSummary {
  return {
    id: session.id,
    title: session.title,
    directory: session.directory,
    gitRoot: session.gitRoot,
    provider: session.provider,
    model: session.model,
    skill: session.skill,
    messageCount: session.messageCount,
    createdAt: session.createdAt,
    updatedAt: session.updatedAt,
    pinned: session.pinned,
    archivedAt: session.archivedAt,
    deletedAt: session.deletedAt,
    endedAt: session.endedAt,
  };
}
