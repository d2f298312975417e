import type { SessionId } from '../../core/session/session';
import type { SessionPatch } from '../../core/session/sessionService';
import { foldTitle } from './foldTitle';
import { updateSessions, type PatchColumn } from './sessionQueries';
import type { SqlValue } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';
import { separateTitles } from './uniqueTitle';

/** Sets the columns of a patch; a title that is taken gets a number. To be run inside a write transaction. */
export async function patchSessions(
  connection: SqliteConnection,
  ids: readonly SessionId[],
  patch: SessionPatch,
): Promise<void> {
  const values = patchValues(patch);
  if (values.length > 0) {
    const sql = updateSessions(values.map(([column]) => column));
    await connection.all(sql, [JSON.stringify(ids), ...values.map(([, value]) => value)]);
  }
  if (patch.title !== undefined || patch.deletedAt === null) {
    await separateTitles(connection, ids);
  }
}

/** The columns that a patch sets, with their values. */
function patchValues(patch: SessionPatch): readonly (readonly [PatchColumn, SqlValue])[] {
  const values: Readonly<Record<PatchColumn, SqlValue | undefined>> = {
    title: patch.title,
    title_folded: patch.title === undefined ? undefined : foldTitle(patch.title),
    title_source: patch.titleSource,
    pinned: patch.pinned === undefined ? undefined : Number(patch.pinned),
    archived_at: patch.archivedAt,
    deleted_at: patch.deletedAt,
    ended_at: patch.endedAt,
    skill: patch.skill,
  };
  return Object.entries(values).flatMap(([column, value]) =>
    value === undefined ? [] : [[column as PatchColumn, value] as const],
  );
}
