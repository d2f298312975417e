import type { InvocationId, ModelRef, TurnStatus } from '../../core/session/session';
import { advanceSession as advanceSessionSql } from './sessionQueries';
import type { SessionRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';

/** How a session's row moves on with events that were written. What is absent stays as it is. */
export interface SessionAdvance {
  readonly headId: string | null;
  readonly lastSeq: number;
  readonly messagesAdded: number;
  readonly updatedAt?: number | undefined;
  readonly invocationId?: InvocationId | undefined;
  readonly model?: ModelRef | undefined;
  readonly turnStatus?: TurnStatus | undefined;
  readonly preview?: string | undefined;
  /** A person sent something: that takes an ended session up again. */
  readonly wakesUp?: boolean;
  readonly skill?: string | null | undefined;
}

/** Returns the row as it is then; undefined when there is none. */
export async function advanceSession(
  connection: SqliteConnection,
  id: string,
  advance: SessionAdvance,
): Promise<SessionRow | undefined> {
  return connection.first<SessionRow>(advanceSessionSql, [
    id,
    advance.headId,
    advance.lastSeq,
    advance.messagesAdded,
    advance.updatedAt ?? null,
    advance.invocationId ?? null,
    advance.model?.provider ?? null,
    advance.model?.model ?? null,
    advance.turnStatus ?? null,
    advance.preview ?? null,
    Number(advance.wakesUp ?? false),
    Number(advance.skill !== undefined),
    advance.skill ?? null,
  ]);
}
