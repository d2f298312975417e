import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import { toInvocationId, type EventId } from '../../../../src/core/session/session';
import { SessionManager } from '../../../../src/core/session/sessionManager';
import { realIds } from '../../../support/builders';
import {
  compactionsOf,
  exchanges,
  openCompaction,
  question,
  reply,
  seed,
  stagesOf,
  untilStage,
} from './compactionFixture';
import { gate } from './turnDoubles';
import type { TurnFixture } from './turnFixture';
import { textOfRequest, type WindowedModel } from './windowedModel';

let turns: TurnFixture;
let model: WindowedModel;
beforeEach(async () => {
  ({ turns, model } = await openCompaction(20_000));
});
afterEach(() => turns.dispose());

/** What would be sent for another message, without sending it. */
async function nextRequest(): Promise<string> {
  await turns.ask('What would you see?');
  return textOfRequest(model.answers.at(-1)!);
}

/** The model makes no summary until it is cancelled, and notes that it was. */
function summaryThatWaits(): { readonly aborted: boolean } {
  const state = { aborted: false };
  model.summary = (_request, signal) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        state.aborted = true;
        reject(signal.reason as Error);
      }),
    );
  return state;
}

describe('compacting by hand', () => {
  it('does what the preview said, at any fill', async () => {
    const events = await seed(turns, exchanges(10));
    const preview = await turns.compactor.preview(turns.sessionId);
    expect(preview).toMatchObject({ messages: 8, keptMessages: 12, toEventId: events[7]?.id });
    const id = await turns.compactor.compact(turns.sessionId);
    const stored = (await turns.events()).at(-1);
    expect(stored?.id).toBe(id);
    expect(stored?.body).toMatchObject({
      type: 'compaction',
      fromSeq: 1,
      toSeq: 8,
      messages: 8,
      method: 'model',
      tokensBefore: preview?.tokens,
    });
    expect(stagesOf(turns)).toEqual(['starting', 'summarizing', 'completed']);
    expect(await nextRequest()).toMatch(/\[Summary of the earlier part[^]*Question 5\./);
  });

  it('says so when nothing is older than what is always kept, and when there is no such session', async () => {
    await seed(turns, exchanges(5));
    expect(await turns.compactor.preview(turns.sessionId)).toBeUndefined();
    await expect(turns.compactor.compact(turns.sessionId)).rejects.toMatchObject({
      code: 'compaction/nothing-older',
      args: { preserved: 10 },
    });
    await expect(turns.compactor.compact('nobody' as never)).rejects.toMatchObject({ code: 'session/not-found' });
    expect(turns.progress).toEqual([]);
  });

  it('is refused while an answer runs', async () => {
    const later = gate();
    await seed(turns, exchanges(10));
    turns.use({
      ...model,
      id: 'fake',
      label: 'Fake',
      listModels: () => Promise.resolve([]),
      async *stream() {
        await later.opened;
        yield { type: 'finish', reason: 'stop', usage: {} };
      },
    });
    await turns.send();
    await expect(turns.compactor.compact(turns.sessionId)).rejects.toMatchObject({ code: 'session/busy' });
    await expect(turns.compactor.undo(turns.sessionId)).rejects.toMatchObject({ code: 'session/busy' });
    later.open();
    await turns.idle();
  });

  it('can be cancelled, and then nothing has happened', async () => {
    await seed(turns, exchanges(10));
    const controller = new AbortController();
    model.summary = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const compacting = turns.compactor.compact(turns.sessionId, controller.signal);
    const refused = expect(compacting).rejects.toMatchObject({ code: 'cancelled' });
    await untilStage(turns, 'summarizing');
    controller.abort();
    await refused;
    expect(turns.compactor.progressOf(turns.sessionId)).toBeNull();
    expect(await compactionsOf(turns)).toEqual([]);
  });

  it('waits for the end of an answer to a message that was sent meanwhile', async () => {
    await seed(turns, exchanges(10));
    const summary = gate();
    const answer = gate();
    model.summary = async () => {
      await summary.opened;
      return 'Rows.';
    };
    const compacting = turns.compactor.compact(turns.sessionId);
    await untilStage(turns, 'summarizing');
    const { stream } = model;
    model.stream = async function* (request, signal) {
      await answer.opened;
      yield* stream.call(model, request, signal);
    };
    await turns.send('Meanwhile');
    summary.open();
    expect(await compacting).toBeNull();
    expect(await compactionsOf(turns)).toEqual([]);
    answer.open();
    await turns.idle();
    await untilStage(turns, 'completed');
    expect((await turns.bodies()).slice(-3).map(({ type }) => type)).toEqual(['user_message', 'text', 'compaction']);
    expect((await turns.lastCompaction()).toSeq).toBe(8);
  });

  it('folds an earlier summary in: its text goes to the model and its messages count', async () => {
    await seed(turns, [question('FACT-first=1'), reply('I see.'), ...exchanges(9)]);
    await turns.compactor.compact(turns.sessionId);
    await seed(turns, exchanges(10));
    await turns.compactor.compact(turns.sessionId);
    const [first, second] = await compactionsOf(turns);
    expect(textOfRequest(model.summaries[1]!)).toMatch(/1\. earlier summary\n```\n## Facts\n- FACT-first=1/);
    expect(second).toMatchObject({ fromSeq: 1, messages: (first?.messages ?? 0) + 12 });
    const sent = await nextRequest();
    expect(sent.split('[Summary of')).toHaveLength(2);
    expect(sent).toContain('FACT-first=1');
  });
});

describe('undoing a summary', () => {
  it('puts the originals back, and summarises nothing by itself until near the limit', async () => {
    model.window = 3000;
    turns.info = model.info;
    await seed(turns, exchanges(40));
    await turns.ask('And now?');
    await untilStage(turns, 'completed');
    const { compactsAt } = await turns.compactor.measure(turns.sessionId);
    const made = model.summaries.length;
    await turns.compactor.undo(turns.sessionId);
    expect(turns.compactor.progressOf(turns.sessionId)).toBeNull();
    const after = await turns.compactor.measure(turns.sessionId);
    expect(after.compactsAt).toBeGreaterThan(compactsAt ?? 0);
    model.window = 6000;
    const tokens = after.tokens;
    turns.info = { ...model.info, contextWindow: tokens / 0.8 };
    expect(await nextRequest()).toContain('Question 1.');
    expect(await nextRequest()).toContain('Question 1.');
    expect((await turns.compactor.measure(turns.sessionId)).tokens).toBeGreaterThan(0.75 * (tokens / 0.8));
    expect(model.summaries).toHaveLength(made);
  });

  it('brings back the earlier summary that a later one had folded in', async () => {
    await seed(turns, exchanges(20));
    await turns.compactor.compact(turns.sessionId);
    await turns.compactor.compact(turns.sessionId);
    const [first] = await compactionsOf(turns);
    expect((await turns.lastCompaction()).toSeq).toBeGreaterThan(first?.toSeq ?? 0);
    await turns.compactor.undo(turns.sessionId);
    const sent = await nextRequest();
    expect(sent).toContain(`Question ${(first?.toSeq ?? 0) / 2 + 1}.`);
    expect(sent).not.toContain('Question 1.');
  });

  it('takes the one that is named, once', async () => {
    await seed(turns, exchanges(10));
    const id = (await turns.compactor.compact(turns.sessionId)) as EventId;
    await turns.compactor.undo(turns.sessionId, id);
    expect((await turns.bodies()).at(-1)).toEqual({ type: 'compaction_undone', compactionId: id });
    for (const again of [id, undefined]) {
      await expect(turns.compactor.undo(turns.sessionId, again)).rejects.toMatchObject({
        code: 'compaction/nothing-to-undo',
      });
    }
    expect(await nextRequest()).toContain('Question 1.');
  });
});

describe('when things go wrong around a summary', () => {
  it('leaves everything as it was when the process dies before it is stored', async () => {
    await seed(turns, exchanges(10));
    const made = gate();
    model.summary = () => {
      turns.kill();
      made.open();
      return 'Rows.';
    };
    void turns.compactor.compact(turns.sessionId);
    await made.opened;
    await turns.reload();
    model.summary = () => 'Rows again.';
    expect(await compactionsOf(turns)).toEqual([]);
    expect(await nextRequest()).toContain('Question 1.');
    await turns.compactor.compact(turns.sessionId);
    expect(await compactionsOf(turns)).toHaveLength(1);
  });

  it('has it in force after the process died behind it', async () => {
    await seed(turns, exchanges(10));
    await turns.compactor.compact(turns.sessionId);
    turns.kill();
    await turns.reload();
    expect(await nextRequest()).not.toContain('Question 1.');
  });

  it('summarises the same messages once when two windows do it at the same time', async () => {
    await seed(turns, exchanges(20));
    const other = new SessionManager({
      service: await turns.store.openAnother(),
      invocationId: toInvocationId(uuid()),
      clock: turns.store.clock,
      ids: realIds,
      logger: silentLogger,
      continueMinutes: () => 60,
    });
    const second = turns.createCompactor(other);
    const both = gate();
    let asked = 0;
    model.summary = async () => {
      if (++asked === 2) {
        both.open();
      }
      await both.opened;
      return `Summary ${asked}.`;
    };
    const ids = await Promise.all([turns.compactor.compact(turns.sessionId), second.compact(turns.sessionId)]);
    expect(ids.filter((id) => id !== null)).toHaveLength(1);
    expect(await compactionsOf(turns)).toHaveLength(1);
    expect((await turns.lastCompaction()).messages).toBe(16);
    second.dispose();
  });

  it('stores a summary behind what another window has added meanwhile', async () => {
    await seed(turns, exchanges(20));
    const another = await turns.store.openAnother();
    model.summary = async () => {
      const head = (await another.get(turns.sessionId))?.headId ?? null;
      await another.append({
        sessionId: turns.sessionId,
        invocationId: toInvocationId('other'),
        expectedHead: head,
        events: [{ id: uuid() as EventId, body: { type: 'title_changed', from: '', to: 'Rows' } }],
      });
      return 'Rows.';
    };
    expect(await turns.compactor.compact(turns.sessionId)).not.toBeNull();
    expect((await turns.bodies()).slice(-2).map(({ type }) => type)).toEqual(['title_changed', 'compaction']);
  });

  it.each([
    ['for good', (id: TurnFixture['sessionId']) => turns.manager.deleteForever([id])],
    ['to the trash', (id: TurnFixture['sessionId']) => turns.manager.moveToTrash([id])],
  ])('cancels and forgets when the session goes %s', async (_, remove) => {
    await seed(turns, exchanges(10));
    const summary = summaryThatWaits();
    const refused = expect(turns.compactor.compact(turns.sessionId)).rejects.toMatchObject({ code: 'cancelled' });
    await untilStage(turns, 'summarizing');
    await remove(turns.sessionId);
    await refused;
    expect(summary.aborted).toBe(true);
    expect(turns.compactor.progressOf(turns.sessionId)).toBeNull();
  });

  it('cancels what is being made when the window closes', async () => {
    await seed(turns, exchanges(10));
    const summary = summaryThatWaits();
    const refused = expect(turns.compactor.compact(turns.sessionId)).rejects.toMatchObject({ code: 'cancelled' });
    await untilStage(turns, 'summarizing');
    turns.compactor.dispose();
    await refused;
    expect(summary.aborted).toBe(true);
  });
});
