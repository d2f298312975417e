import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelRef } from '../../../../src/core/session/session';
import type { ModelProvider } from '../../../../src/core/turn/modelProvider';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { stallReply, streamReply } from '../../../support/fakeModelReplies';
import { FakeModelServer } from '../../../support/fakeModelServer';
import { exchanges, seed } from './compactionFixture';
import { TurnFixture } from './turnFixture';

const alpha: ModelRef = { provider: 'alpha', model: 'a-1' };
const beta: ModelRef = { provider: 'beta', model: 'b-1' };

let turns: TurnFixture;
let servers: Record<'alpha' | 'beta', FakeModelServer>;
let providers: Record<string, ModelProvider>;

beforeEach(async () => {
  turns = await TurnFixture.open();
  servers = { alpha: await FakeModelServer.start(), beta: await FakeModelServer.start() };
  const provider = (id: 'alpha' | 'beta'): ModelProvider =>
    createAiSdkProvider({ id, label: id, kind: 'openai-compatible', baseUrl: servers[id].baseUrl, apiKey: `sk-${id}` });
  providers = { alpha: provider('alpha'), beta: provider('beta') };
  turns.resolver = {
    resolve: (ref) => {
      const found = ref ?? alpha;
      const provided = providers[found.provider];
      return provided === undefined
        ? Promise.reject(new Error(`no provider ${found.provider}`))
        : Promise.resolve({
            ref: found,
            provider: provided,
            info: { ...turns.info, id: found.model },
            accountKey: found.provider,
          });
    },
  };
  servers.alpha.defaultReply = streamReply('Alpha speaking.');
  servers.beta.defaultReply = streamReply('Beta speaking.');
});
afterEach(async () => {
  await turns.dispose();
  await Promise.all([servers.alpha.dispose(), servers.beta.dispose()]);
});

/** Model and key of every request that a server has seen. */
const seenBy = (id: 'alpha' | 'beta') =>
  servers[id].completions.map(({ body, headers }) => [(body as { model: string }).model, headers['authorization']]);

async function log(): Promise<readonly unknown[]> {
  return (await turns.events()).map(({ body, provider, model }) =>
    body.type === 'model_changed'
      ? [body.type, body.to]
      : [body.type, provider === undefined ? null : { provider, model }],
  );
}

describe('another model in the middle of a session', () => {
  it('is asked at its own address with its own key from then on, and the choice is an event in the log', async () => {
    await turns.ask('First');
    await turns.manager.setModel(turns.sessionId, beta);
    await turns.ask('Second');
    await turns.manager.setModel(turns.sessionId, { provider: 'beta', model: 'b-2' });
    await turns.ask('Third');
    expect(seenBy('alpha')).toEqual([['a-1', 'Bearer sk-alpha']]);
    expect(seenBy('beta')).toEqual([
      ['b-1', 'Bearer sk-beta'],
      ['b-2', 'Bearer sk-beta'],
    ]);
    expect(await log()).toEqual([
      ['user_message', null],
      ['text', alpha],
      ['model_changed', beta],
      ['user_message', null],
      ['text', beta],
      ['model_changed', { provider: 'beta', model: 'b-2' }],
      ['user_message', null],
      ['text', { provider: 'beta', model: 'b-2' }],
    ]);
  });

  it('is given the whole conversation, both sides of it, and the message once', async () => {
    await turns.ask('First');
    await turns.manager.setModel(turns.sessionId, beta);
    await turns.ask('Second');
    expect((servers.beta.completions[0]?.body as { messages: unknown }).messages).toEqual([
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'Alpha speaking.' },
      { role: 'user', content: 'Second' },
    ]);
  });

  it('answers also after a reload', async () => {
    await turns.ask('First');
    await turns.manager.setModel(turns.sessionId, beta);
    await turns.reload();
    await turns.ask('Second');
    expect(await turns.manager.get(turns.sessionId)).toMatchObject(beta);
    expect(seenBy('beta')).toEqual([['b-1', 'Bearer sk-beta']]);
    expect(seenBy('alpha')).toHaveLength(1);
  });

  it('leaves the answer that is on its way to the one before, and stays the choice when that has ended', async () => {
    servers.alpha.enqueue(stallReply('Alpha is'));
    const turnId = await turns.send('First');
    await turns.until(({ text }) => text !== '');
    await turns.manager.setModel(turns.sessionId, beta);
    await turns.runner.stop(turnId);
    expect((await turns.events()).find(({ body }) => body.type === 'text')).toMatchObject(alpha);
    expect(await turns.manager.get(turns.sessionId)).toMatchObject(beta);
    await turns.ask('Second');
    expect(await turns.lastText()).toMatchObject({ content: 'Beta speaking.' });
  });

  it('writes the summaries as well', async () => {
    await seed(turns, exchanges(10));
    await turns.manager.setModel(turns.sessionId, beta);
    await turns.compactor.compact(turns.sessionId);
    expect(seenBy('beta')).toHaveLength(1);
    expect(seenBy('alpha')).toEqual([]);
    expect(await turns.lastCompaction()).toMatchObject({ method: 'model', model: 'b-1', summary: 'Beta speaking.' });
  });

  it('that is not there hands the message back, and the former one is not asked in its place', async () => {
    await turns.ask('First');
    await turns.manager.setModel(turns.sessionId, { provider: 'gone', model: 'g' });
    await expect(turns.send('Second')).rejects.toThrow('no provider gone');
    expect(seenBy('alpha')).toHaveLength(1);
    expect((await turns.manager.get(turns.sessionId)).messageCount).toBe(2);
  });
});
