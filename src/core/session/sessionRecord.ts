import type { ContextItem } from './contextItem';
import type { EventId, InvocationId, Session, TurnId } from './session';

/** An event as it is stored, its data byte for byte, so that a copy loses nothing that this version does not know. */
export interface RecordedEvent {
  readonly id: EventId;
  readonly seq: number;
  readonly parentId: EventId | null;
  readonly invocationId: InvocationId;
  readonly turnId: TurnId | null;
  readonly type: string;
  /** JSON text. */
  readonly data: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly skill: string | null;
  /** JSON text of the token counts. */
  readonly usage: string | null;
  readonly durationMs: number | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface RecordedMetadata {
  readonly key: string;
  readonly value: string;
  readonly updatedAt: number;
}

/** All that the store has of a session, every branch of it: what checkpoints are made from. */
export interface SessionRecord {
  readonly session: Session;
  readonly metadata: readonly RecordedMetadata[];
  readonly context: readonly ContextItem[];
  /** In the order of `seq`. */
  readonly events: readonly RecordedEvent[];
}
