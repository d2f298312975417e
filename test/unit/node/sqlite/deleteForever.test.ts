import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import {
  answer,
  appendRequest,
  newSession,
  newSessionId,
  partialReply,
  testModel,
  userMessage,
} from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('deleteForever', () => {
  const canary = 'canary-5f1e9c';
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(async () => {
    await store.dispose();
  });

  /** A session that holds the canary in every place that takes text. */
  async function plant(): Promise<SessionId> {
    const id = newSessionId();
    const key = { directory: `/work/${canary}`, gitRoot: `/work/${canary}` };
    const question = userMessage(`${canary} in a question`);
    const long = answer(`${canary} ${'in a long answer '.repeat(2000)} ${canary}`);
    await store.service.append(
      appendRequest(id, [question, long], null, {
        create: newSession({ key }),
        derivedTitle: canary,
        model: testModel,
      }),
    );
    await store.service.setMetadata(id, canary, canary);
    await store.service.setServerSessionId(id, canary);
    await store.service.savePartialReply(partialReply(id, long.id, { content: canary, reasoning: canary }));
    await store.service.update([id], { title: `${canary} renamed`, skill: canary });
    return id;
  }

  /** Files of the store in which the canary can be read. */
  async function filesWithCanary(): Promise<string[]> {
    const names = await readdir(store.folder);
    const found = await Promise.all(
      names.map(async (name) => ((await readFile(join(store.folder, name))).includes(canary) ? [name] : [])),
    );
    return found.flat();
  }

  it('removes every trace of the text from the files at once', async () => {
    const kept = newSessionId();
    await store.service.append(appendRequest(kept, [userMessage('stays')]));
    const id = await plant();
    expect(await filesWithCanary()).toContain('sessions.db-wal');
    expect(await store.service.deleteForever([id, newSessionId()])).toEqual([id]);
    expect(await filesWithCanary()).toEqual([]);
    expect(await store.service.get(id)).toBeUndefined();
    expect(await store.service.loadBranch(id)).toEqual([]);
    expect(await store.service.getPartialReply(id)).toBeUndefined();
    expect(await store.service.loadBranch(kept)).toHaveLength(1);
  });

  it('also when the text had long been folded into the main file', async () => {
    const id = await plant();
    await store.reopen();
    expect(await filesWithCanary()).toEqual(['sessions.db']);
    await store.service.deleteForever([id]);
    expect(await filesWithCanary()).toEqual([]);
  });

  it('gives the space back', async () => {
    const id = newSessionId();
    await store.service.append(appendRequest(id, [answer('x'.repeat(2_000_000))]));
    await store.reopen();
    const full = (await readFile(store.path)).length;
    await store.service.deleteForever([id]);
    expect((await readFile(store.path)).length).toBeLessThan(full - 1_900_000);
  });

  it('also for a partial reply that was replaced many times', async () => {
    const id = newSessionId();
    const question = userMessage();
    await store.service.append(appendRequest(id, [question]));
    for (let n = 0; n < 20; n++) {
      await store.service.savePartialReply(partialReply(id, question.id, { content: canary.repeat(n * 100) }));
    }
    await store.service.deleteForever([id]);
    expect(await filesWithCanary()).toEqual([]);
  });
});
