import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionId } from '../../../src/core/session/session';
import { createCompactionCommands } from '../../../src/extension/chat/compactionCommands';
import { newSessionId } from '../../support/builders';
import { compactionsOf, exchanges, openCompaction, seed } from '../core/turn/compactionFixture';
import type { TurnFixture } from '../core/turn/turnFixture';
import type { WindowedModel } from '../core/turn/windowedModel';
import { person, resetPerson } from './checkpoints/vscodeDouble';

vi.mock('vscode', async () => (await import('./checkpoints/vscodeDouble')).vscodeDouble);

let turns: TurnFixture;
let model: WindowedModel;
let current: SessionId | null;

beforeEach(async () => {
  resetPerson();
  ({ turns, model } = await openCompaction(20_000));
  current = turns.sessionId;
});
afterEach(() => turns.dispose());

const commands = () => createCompactionCommands({ compactor: turns.compactor, currentSessionId: () => current });

describe('Compact Session', () => {
  it('shows a person how much it would take before it asks the model, and does it after a yes', async () => {
    await seed(turns, exchanges(10));
    const preview = await turns.compactor.preview(turns.sessionId);
    person.onMessage = () => {
      expect(model.requests).toEqual([]);
      return 'Summarise';
    };
    const id = await commands()['rejoin.compactSession']();
    expect(person.messages).toMatchObject([
      { modal: true, text: 'Summarise the oldest 8 messages for the model?', buttons: ['Summarise'] },
    ]);
    expect(person.messages[0]?.detail).toContain(`about ${preview?.tokens} tokens`);
    expect(person.messages[0]?.detail).toContain('the newest 12 messages go as they are');
    expect((await turns.events()).at(-1)).toMatchObject({ id, body: { type: 'compaction', messages: 8 } });
  });

  it('does nothing when the person backs out', async () => {
    await seed(turns, exchanges(10));
    expect(await commands()['rejoin.compactSession']()).toBeUndefined();
    expect(person.messages).toHaveLength(1);
    expect(model.requests).toEqual([]);
    expect(await compactionsOf(turns)).toEqual([]);
  });

  it('asks nothing of a caller that names the session', async () => {
    await seed(turns, exchanges(10));
    expect(await commands()['rejoin.compactSession'](turns.sessionId)).toEqual((await turns.events()).at(-1)?.id);
    expect(person.messages).toEqual([]);
  });

  it('says so, without a question before, where nothing is old enough', async () => {
    await seed(turns, exchanges(5));
    for (const target of [undefined, turns.sessionId]) {
      await expect(commands()['rejoin.compactSession'](target)).rejects.toMatchObject({
        code: 'compaction/nothing-older',
      });
    }
    expect(person.messages).toEqual([]);
  });

  it('is refused without a session, or for one that is not there', async () => {
    await expect(commands()['rejoin.compactSession'](newSessionId())).rejects.toMatchObject({
      code: 'session/not-found',
    });
    current = null;
    await expect(commands()['rejoin.compactSession']()).rejects.toMatchObject({ code: 'session/none-shown' });
    await expect(commands()['rejoin.undoCompaction']()).rejects.toMatchObject({ code: 'session/none-shown' });
  });
});

describe('Undo Compaction', () => {
  it('takes the newest summary back, of the session shown or named, and says when there is none', async () => {
    await seed(turns, exchanges(20));
    const made = await commands()['rejoin.compactSession'](turns.sessionId);
    await commands()['rejoin.compactSession'](turns.sessionId);
    await commands()['rejoin.undoCompaction']();
    await commands()['rejoin.undoCompaction'](turns.sessionId);
    expect((await turns.bodies()).slice(-2)).toMatchObject([
      { type: 'compaction_undone' },
      { type: 'compaction_undone', compactionId: made },
    ]);
    await expect(commands()['rejoin.undoCompaction']()).rejects.toMatchObject({ code: 'compaction/nothing-to-undo' });
  });
});
