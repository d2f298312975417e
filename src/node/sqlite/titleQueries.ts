import { sessionColumns } from './sessionQueries';

/** Another session that has the title. Parameters: id, directory, git root, folded title. */
export const selectTitleTaken = `SELECT 1 AS taken FROM sessions
  WHERE title_folded = ?4 AND directory IS ?2 AND git_root IS ?3 AND deleted_at IS NULL AND id <> ?1 LIMIT 1`;

/** Folded titles of other sessions from one text up to another. Parameters: id, directory, git root, first, end. */
export const selectTitlesBetween = `SELECT title_folded FROM sessions
  WHERE title_folded >= ?4 AND title_folded < ?5 AND directory IS ?2 AND git_root IS ?3 AND deleted_at IS NULL
    AND id <> ?1`;

/** Those of some sessions (ids as JSON) whose title another session of their key has, the one untouched longest first. */
export const selectEqualTitles = `SELECT ${sessionColumns} FROM sessions
  WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL AND title_folded <> '' AND EXISTS (
    SELECT 1 FROM sessions AS other
    WHERE other.title_folded = sessions.title_folded AND other.deleted_at IS NULL
      AND other.directory IS sessions.directory AND other.git_root IS sessions.git_root AND other.id <> sessions.id
  )
  ORDER BY updated_at, id`;

export const updateTitle = 'UPDATE sessions SET title = ?2, title_folded = ?3 WHERE id = ?1';

export const updateDerivedTitle =
  "UPDATE sessions SET title = ?2, title_folded = ?3, title_source = 'derived' WHERE id = ?1";
