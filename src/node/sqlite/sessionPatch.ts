import type { SessionPatch } from '../../core/session/sessionService';
import { foldTitle } from './foldTitle';
import type { PatchColumn } from './sessionQueries';
import type { SqlValue } from './sqliteBinding';

/** The columns that a patch sets, with their values. */
export function patchValues(patch: SessionPatch): readonly (readonly [PatchColumn, SqlValue])[] {
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
