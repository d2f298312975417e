import type { InvocationId, ModelRef, TurnStatus } from '../../core/session/session';
import { sealAppended, type SealedPlace } from './eventSeal';
import { advancedColumnNames, advanceSession as advanceSessionSql } from './sessionQueries';
import type { AppendRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';

/** How a session's row moves on with events that were written. What is absent stays as it is. */
export interface SessionAdvance {
  readonly headId: string | null;
  /** The events that were written, behind all there were. */
  readonly places: readonly SealedPlace[];
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

/** Writes what becomes of a row that was read in the same write transaction, and returns it. */
export async function advanceSession(
  connection: SqliteConnection,
  row: AppendRow,
  advance: SessionAdvance,
): Promise<AppendRow> {
  const after = rowAfter(row, advance);
  await connection.all(advanceSessionSql, [row.id, ...advancedColumnNames.map((name) => after[name])]);
  return after;
}

function rowAfter(row: AppendRow, advance: SessionAdvance): AppendRow {
  const { places, model, skill } = advance;
  return {
    ...row,
    head_id: advance.headId,
    last_seq: row.last_seq + places.length,
    log_seal: sealAppended(row, places) ?? row.log_seal,
    written: row.written + places.length,
    message_count: row.message_count + advance.messagesAdded,
    updated_at: advance.updatedAt ?? row.updated_at,
    last_invocation_id: advance.invocationId ?? row.last_invocation_id,
    provider: model?.provider ?? row.provider,
    model: model?.model ?? row.model,
    turn_status: advance.turnStatus ?? row.turn_status,
    preview: advance.preview ?? row.preview,
    ended_at: advance.wakesUp === true ? null : row.ended_at,
    skill: skill === undefined ? row.skill : skill,
  };
}
