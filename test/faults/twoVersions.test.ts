import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import type { SessionId } from '../../src/core/session/session';
import type { StoreHealth } from '../../src/core/session/storeHealth';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { rawSql } from '../support/rawSql';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { fingerprint } from './support/fingerprint';
import { startWindow, type StoreWindow } from './support/storeWindow';
import { newerMigrations, schemaOf } from './support/versions';
import { startTurn } from './support/turns';

const cleanup = useCleanup();

describe('two versions of the extension on one store', () => {
  let folder: string;
  let newer: string;
  let id: SessionId;
  beforeEach(async () => {
    folder = await cleanup.folder();
    newer = await newerMigrations(join(await cleanup.folder(), 'migrations'));
    id = newSessionId();
  });

  /** Everything can be read and nothing written. */
  async function expectOnlyReading(window: StoreWindow, session: SessionId, events: number): Promise<void> {
    expect(await window.service.loadBranch(session)).toHaveLength(events);
    expect(await window.service.list({ states: ['active'], limit: 10 })).toHaveLength(1);
    const attempts = [
      () => window.service.append(appendRequest(newSessionId(), [userMessage()])),
      () => window.service.update([session], { title: 'Other' }),
      () => window.service.deleteForever([session]),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: 'store/newer-schema' });
    }
    expect(await window.read<StoreHealth>('service', 'health')).toMatchObject({
      kind: 'readOnly',
      error: { code: 'store/newer-schema' },
    });
  }

  faultTest('of which the newer comes while the older runs: the older only reads from then on', {}, async () => {
    const old = await startWindow(cleanup, folder);
    const turn = await startTurn(old, id);
    await turn.grow('As far as ');
    const updated = await startWindow(cleanup, folder, { migrations: newer });
    await updated.window.open();
    await expect(turn.grow('As far as it came')).rejects.toMatchObject({ code: 'store/newer-schema' });
    await expectOnlyReading(old, id, 1);
    expect(await rawSql(join(folder, storeFileName), 'SELECT count(*) AS n FROM session_events')).toEqual([{ n: 1 }]);

    await old.kill();
    expect(await updated.service.recoverInterrupted()).toEqual([id]);
    expect(await updated.service.loadBranch(id)).toHaveLength(2);
    await updated.close();
  });

  faultTest('of which the older comes back: it reads, leaves every byte alone, and the newer goes on', {}, async () => {
    const first = await startWindow(cleanup, folder, { migrations: newer });
    await first.service.append(appendRequest(id, [userMessage(), userMessage()]));
    await first.close();
    const before = await fingerprint(folder);
    const schema = await schemaOf(folder);

    const old = await startWindow(cleanup, folder);
    await expectOnlyReading(old, id, 2);
    await old.close();
    expect(await fingerprint(folder)).toEqual(before);

    const again = await startWindow(cleanup, folder, { migrations: newer });
    const head = (await again.service.get(id))?.headId ?? null;
    await again.service.append(appendRequest(id, [userMessage()], head));
    expect(await again.service.loadBranch(id)).toHaveLength(3);
    expect(await again.service.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
    await again.close();
    expect(await schemaOf(folder)).toBe(schema);
  });

  faultTest('of which one is from far in the future: no byte is changed', {}, async () => {
    const first = await startWindow(cleanup, folder);
    await first.service.append(appendRequest(id, [userMessage()]));
    await first.close();
    await rawSql(join(folder, storeFileName), 'PRAGMA user_version = 999');
    const before = await fingerprint(folder);
    const old = await startWindow(cleanup, folder);
    await expectOnlyReading(old, id, 1);
    await old.close();
    expect(await fingerprint(folder)).toEqual(before);
  });
});
