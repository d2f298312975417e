import { join } from 'node:path';
import { expect } from 'vitest';
import { toSessionId, type SessionId } from '../../../src/core/session/session';
import type { StoredEvent } from '../../../src/core/session/sessionEvent';
import { storeFileName } from '../../../src/node/sqlite/openLocalSessionService';
import { rawSql } from '../../support/rawSql';
import { RealWindow } from '../../support/realWindow';
import { migrationsDir } from '../../support/storeFixture';

interface EventPlace {
  readonly id: string;
  readonly session_id: string;
  readonly seq: number;
  readonly parent_id: string | null;
}

/**
 * Everything that has to hold of a store after whatever happened to it: SQLite and our own check find nothing, each
 * session counts its events without a gap, every event hangs below one of its session, and the rows agree with them.
 */
export async function expectSound(folder: string): Promise<void> {
  const path = join(folder, storeFileName);
  const window = new RealWindow(folder, migrationsDir);
  try {
    const service = await window.service;
    expect(await service.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
  } finally {
    await window.close();
  }
  expect(await rawSql(path, 'PRAGMA quick_check')).toEqual([{ quick_check: 'ok' }]);
  expect(await brokenLogs(path)).toEqual([]);
}

/** What is wrong with the order or the tree of the logs, in words; empty when nothing is. */
export async function brokenLogs(path: string): Promise<readonly string[]> {
  const places = await rawSql<EventPlace>(
    path,
    'SELECT id, session_id, seq, parent_id FROM session_events ORDER BY session_id, seq',
  );
  const sessions = await rawSql<{ id: string; head_id: string | null; last_seq: number }>(
    path,
    'SELECT id, head_id, last_seq FROM sessions',
  );
  const problems: string[] = [];
  for (const session of sessions) {
    const log = places.filter((place) => place.session_id === session.id);
    const earlier = new Set<string>();
    log.forEach((place, index) => {
      if (place.seq !== index + 1) {
        problems.push(`${session.id}: event ${index + 1} has number ${place.seq}`);
      }
      if (place.parent_id !== null && !earlier.has(place.parent_id)) {
        problems.push(`${session.id}: event ${place.seq} hangs below none of the earlier ones`);
      }
      earlier.add(place.id);
    });
    if (session.last_seq !== log.length) {
      problems.push(`${session.id}: the row counts ${session.last_seq} events, there are ${log.length}`);
    }
    if (session.head_id !== null && !earlier.has(session.head_id)) {
      problems.push(`${session.id}: its head is none of its events`);
    }
  }
  return problems;
}

/** Ids of every event in the file. */
export async function storedIds(folder: string): Promise<ReadonlySet<string>> {
  const rows = await rawSql<{ id: string }>(join(folder, storeFileName), 'SELECT id FROM session_events');
  return new Set(rows.map(({ id }) => id));
}

/** What of the acknowledged is not in the file. */
export async function lostOf(folder: string, acknowledged: readonly string[]): Promise<readonly string[]> {
  const stored = await storedIds(folder);
  return acknowledged.filter((id) => !stored.has(id));
}

/** The text of each event of a branch, for comparing what a person would see. */
export function textsOf(events: readonly StoredEvent[]): readonly string[] {
  return events.map(({ body }) => ('content' in body && typeof body.content === 'string' ? body.content : body.type));
}

export const sessionOf = (id: string): SessionId => toSessionId(id);
