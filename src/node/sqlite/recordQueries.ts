/** SQL of what hangs below sessions, and of their size. Values are always bound. */

export const selectContext = `SELECT type, key, uri, value, created_at FROM session_context
  WHERE session_id = ?1 ORDER BY position`;

/** Parameters: session, type, key, uri, value, time. One that is there keeps its position. */
export const upsertContext = `INSERT INTO session_context (session_id, type, key, uri, value, created_at, position)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(position), 0) + 1 FROM session_context WHERE session_id = ?1))
  ON CONFLICT (session_id, type, key) DO UPDATE SET
    uri = excluded.uri, value = excluded.value, created_at = excluded.created_at`;

/** Parameters: session, pairs of type and key as JSON. */
export const deleteContext = `DELETE FROM session_context WHERE session_id = ?1
  AND (type, key) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))`;

export const selectAllMetadata =
  'SELECT key, value, updated_at FROM session_metadata WHERE session_id = ?1 ORDER BY key';

const bytesOf = `SELECT id, (
    SELECT coalesce(sum(octet_length(event_data)), 0) FROM session_events WHERE session_id = sessions.id
  ) AS bytes FROM sessions`;

export const selectSizes = bytesOf;

/** Parameter: ids as JSON. */
export const selectSizesOf = `${bytesOf} WHERE id IN (SELECT value FROM json_each(?1))`;

export const selectPages = `SELECT
  (SELECT page_size FROM pragma_page_size) AS pageSize,
  (SELECT page_count FROM pragma_page_count) AS pages,
  (SELECT freelist_count FROM pragma_freelist_count) AS freePages`;
