import { join } from 'node:path';
import { silentLogger } from '../../../src/core/base/ports';
import type { EventId, SessionId } from '../../../src/core/session/session';
import { loadMigrations } from '../../../src/node/sqlite/migrator';
import { storeFileName } from '../../../src/node/sqlite/openLocalSessionService';
import type { SalvageTools } from '../../../src/node/sqlite/salvage';
import { loadSqlite } from '../../../src/node/sqlite/sqliteBinding';
import { appendRequest, newSessionId, userMessage } from '../../support/builders';
import { migrationsDir } from '../../support/storeFixture';
import type { Cleanup } from './cleanup';
import { startWindow } from './storeWindow';

/** A store with some sessions in it, a part of which is in a backup. */
export interface Library {
  readonly folder: string;
  readonly path: string;
  readonly sessions: readonly { readonly id: SessionId; readonly events: readonly EventId[] }[];
  /** Events in all. */
  readonly total: number;
  /** How many of them the backup has. */
  readonly backedUp: number;
}

export interface LibraryOptions {
  readonly end?: 'closed' | 'killed';
  readonly backup?: boolean;
  readonly messageLength?: number;
}

const perRound = 10;

/** Text of a message by which it can be found in the bytes of a file. */
export const markerOf = (session: number, message: number): string => `marker-${session}-${message}-marker`;

/**
 * Three sessions of twenty messages; the first half of each is in a backup unless there is to be none. What comes after
 * that half is in the log alone when the window is killed.
 */
export async function makeLibrary(
  cleanup: Cleanup,
  { end = 'closed', backup = true, messageLength = 1000 }: LibraryOptions = {},
): Promise<Library> {
  const folder = await cleanup.folder();
  let window = await startWindow(cleanup, folder);
  const sessions = [0, 1, 2].map((index) => ({ index, id: newSessionId(), events: [] as EventId[] }));
  const addRound = async (round: number): Promise<void> => {
    for (const { index, id, events } of sessions) {
      for (let message = round * perRound; message < (round + 1) * perRound; message++) {
        const event = userMessage(`${markerOf(index, message)} ${'x'.repeat(messageLength)}`);
        await window.service.append(appendRequest(id, [event], events.at(-1) ?? null));
        events.push(event.id);
      }
    }
  };
  await addRound(0);
  if (backup) {
    await window.service.backUp('manual');
  }
  await window.close();
  window = await startWindow(cleanup, folder);
  await addRound(1);
  await (end === 'closed' ? window.close() : window.kill());
  const half = sessions.length * perRound;
  return { folder, path: join(folder, storeFileName), sessions, total: 2 * half, backedUp: backup ? half : 0 };
}

export async function restoreTools(): Promise<SalvageTools> {
  return {
    binding: await loadSqlite(),
    migrations: await loadMigrations(migrationsDir),
    clock: { now: () => Date.now() },
    logger: silentLogger,
  };
}
