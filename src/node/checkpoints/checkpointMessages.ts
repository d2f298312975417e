import type { ErrorArguments, ErrorCode } from '../../core/base/errors';
import type { SessionRecord } from '../../core/session/sessionRecord';
import type { CheckpointReading, CheckpointSession } from './checkpointReading';

/** The lists of a record, which can be long. */
export type RecordList = 'metadata' | 'context' | 'events';

/** A few items of a list. */
export interface RecordPiece {
  readonly list: RecordList;
  readonly items: readonly SessionRecord[RecordList][number][];
}

/** A reading whose lists follow in pieces. */
export type ReadingHead = Omit<CheckpointReading, 'session'> & {
  readonly session?: Omit<CheckpointSession, 'record'> & { readonly record: Omit<SessionRecord, RecordList> };
};

/**
 * What the thread says: first of all what it has read, or why it could not, and then one piece for each time that it is
 * asked, until there are no more.
 */
export type CheckpointMessage =
  | { readonly kind: 'read'; readonly head: ReadingHead }
  | { readonly kind: 'piece'; readonly piece: RecordPiece }
  | { readonly kind: 'end' }
  /** Without a code for what nobody expected. */
  | { readonly kind: 'failed'; readonly message: string; readonly code?: ErrorCode; readonly args?: ErrorArguments };
