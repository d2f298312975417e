import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../src/node/sqlite/sqliteConnection';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';

const cleanup = useCleanup();
const megabyte = 1024 * 1024;

describe('a reader that does not end', () => {
  faultTest('lets the log grow only for as long as it reads', { timeout: 300_000 }, async () => {
    const folder = await cleanup.folder();
    const log = join(folder, `${storeFileName}-wal`);
    const logBytes = async (): Promise<number> => (await stat(log)).size;
    const window = await startWindow(cleanup, folder);
    await writeMany(window, 1);

    const reader = await SqliteConnection.open(await loadSqlite(), join(folder, storeFileName), 'readonly');
    await reader.all('BEGIN');
    await reader.all('SELECT count(*) FROM session_events');
    await writeMany(window, byLength({ short: 1500, long: 10_000 }));
    const grown = await logBytes();
    expect(grown).toBeGreaterThan(12 * megabyte);

    await reader.all('COMMIT');
    await reader.close();
    await writeMany(window, 50);
    const after = await logBytes();
    await writeMany(window, byLength({ short: 1500, long: 10_000 }));
    const later = await logBytes();
    console.log(`log: ${[grown, after, later].map((bytes) => (bytes / megabyte).toFixed(1)).join(' -> ')} MB`);
    expect(after).toBeLessThanOrEqual(8 * megabyte);
    expect(later).toBeLessThanOrEqual(8 * megabyte);
    await window.close();
    await expectSound(folder);
  });
});

/** Stores events of 4 KB, ten to a transaction. */
async function writeMany(window: StoreWindow, count: number): Promise<void> {
  for (let written = 0; written < count; written += 10) {
    const events = Array.from({ length: Math.min(10, count - written) }, () => userMessage('x'.repeat(4000)));
    await window.service.append(appendRequest(newSessionId(), events));
  }
}
