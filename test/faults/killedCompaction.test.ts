import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { EventId, SessionId } from '../../src/core/session/session';
import { compactionsInForce, lastUserMessage, type ActiveCompaction } from '../../src/core/session/compactionsInForce';
import type { StoredEvent } from '../../src/core/session/sessionEvent';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { answer, appendRequest, newEvent, newSessionId, userMessage } from '../support/builders';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound } from './support/soundStore';
import { startWindow } from './support/storeWindow';
import { injecting, oneWorker } from './support/strace';

const cleanup = useCleanup();

describe('a summary of a conversation', () => {
  faultTest(
    'that is cut off while it is stored leaves every message, with the whole summary or none',
    { needs: ['linux', 'strace'], timeout: 300_000 },
    async () => {
      const points = byLength({ short: [2, 5, 8], long: Array.from({ length: 24 }, (_, index) => index + 1) });
      const outcomes = new Set<number>();
      for (const n of points) {
        const folder = await cleanup.folder();
        const id = newSessionId();
        const originals = await makeConversation(folder, id);

        const under = injecting({
          ...{ call: 'pwrite64', what: 'signal=KILL', when: String(n) },
          paths: ['', '-wal'].map((suffix) => join(folder, storeFileName + suffix)),
        });
        const window = await startWindow(cleanup, folder, { under, env: oneWorker });
        await compact(window.manager, id, originals).catch(() => undefined);
        await window.kill();

        const next = await startWindow(cleanup, folder);
        const events = await next.service.loadBranch(id);
        expect(events.slice(0, originals.length).map((event) => event.id)).toEqual(originals);
        const summaries = events.slice(originals.length);
        outcomes.add(summaries.length);
        if (summaries.length === 0) {
          await compact(next.manager, id, originals);
        }
        const withSummary = await next.service.loadBranch(id);
        expect(inForce(withSummary)).toHaveLength(1);
        const undone = newEvent({ type: 'compaction_undone', compactionId: withSummary.at(-1)?.id ?? '' });
        await next.manager.append(id, [undone]);
        expect(inForce(await next.service.loadBranch(id))).toEqual([]);
        await next.close();
        await expectSound(folder);
      }
      expect(outcomes).toContain(0);
    },
  );
});

function inForce(events: readonly StoredEvent[]): readonly ActiveCompaction[] {
  return compactionsInForce(events, lastUserMessage(events));
}

async function makeConversation(folder: string, id: SessionId): Promise<readonly EventId[]> {
  const window = await startWindow(cleanup, folder);
  const events = Array.from({ length: 10 }, (_, index) => [
    userMessage(`Question ${index}`),
    answer(`Answer ${index}`),
  ]);
  await window.service.append(appendRequest(id, events.flat()));
  await window.close();
  return events.flat().map((event) => event.id);
}

/** As the compactor stores it: one event, only while the head is still the one that was summarised. */
async function compact(
  manager: Awaited<ReturnType<typeof startWindow>>['manager'],
  id: SessionId,
  originals: readonly EventId[],
): Promise<void> {
  const summary = newEvent({
    ...{ type: 'compaction', summary: 'What was said. '.repeat(400), fromSeq: 1, toSeq: 10 },
    ...{ tokensBefore: 1000, tokensAfter: 100, messages: 10, method: 'simple' },
  });
  await manager.appendAt(id, [summary], originals.at(-1) ?? null);
}
