import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelDelta } from '../../../../src/core/turn/modelProvider';
import { readSetting } from '../../../../src/extension/contributions/configuration';
import { ensureKey } from '../../../../src/extension/models/selectModel';
import { textOfError } from '../../../../src/extension/platform/errorTexts';
import { FakeModelServer } from '../../../support/fakeModelServer';
import { KeyRing, ModelsFixture } from './modelsFixture';
import { resetModels, setByHand, typed } from './modelsVscode';

vi.mock('vscode', async () => (await import('./modelsVscode')).modelsDouble);

const never = new AbortController().signal;
const ref = { provider: 'own', model: 'm' };
const key = 'key-of-the-person-0123';

let server: FakeModelServer;
let thief: FakeModelServer;
let models: ModelsFixture;

beforeEach(async () => {
  resetModels();
  [server, thief] = await Promise.all([FakeModelServer.start(), FakeModelServer.start()]);
  models = new ModelsFixture();
});
afterEach(() => Promise.all([server.dispose(), thief.dispose()]));

const entry = (baseUrl: string, id = 'own'): object => ({ id, kind: 'openai-compatible', baseUrl, models: ['m'] });

async function ask(from = models, model: typeof ref | null = ref): Promise<readonly ModelDelta[]> {
  const { provider } = await from.registry.resolve(model, never);
  const deltas: ModelDelta[] = [];
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  for await (const delta of provider.stream({ model: 'm', system: '', messages, tools: [] }, never)) {
    deltas.push(delta);
  }
  return deltas;
}

describe('the key of a provider', () => {
  it('goes to the address that it was entered for', async () => {
    await models.add(entry(server.baseUrl), key);
    await ask();
    expect(server.completions[0]?.headers['authorization']).toBe(`Bearer ${key}`);
  });

  it.each([
    ['another port', () => thief.baseUrl],
    ['another name of this machine', () => server.baseUrl.replace('127.0.0.1', 'localhost')],
  ])('does not follow when the address is changed in the settings by hand: %s', async (_, address) => {
    await models.add(entry(server.baseUrl), key);
    setByHand('user', 'rejoin.providers', [entry(address())]);
    await ask();
    const requests = [...thief.requests, ...server.requests];
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['authorization']).toBeUndefined();
  });

  it.each(['https://other.example/v1', 'https://own.example:8443/v1'])(
    'is asked for again at another host or port: %s',
    async (address) => {
      await models.add(entry('https://own.example/v1'), key);
      expect(await models.registry.isKeyPresent(models.registry.getDefinition('own'))).toBe(true);
      setByHand('user', 'rejoin.providers', [entry(address)]);
      const failure: unknown = await ask().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'model/key-missing', args: { provider: 'own' } });
      expect(textOfError(failure)).toMatch(/key/i);
      typed.push('another-key');
      expect(await ensureKey(models, 'own')).toBe(true);
      expect([...models.keyRing.values.keys()].sort()).toEqual(
        [`rejoin.provider.own@${new URL(address).origin}`, 'rejoin.provider.own@https://own.example'].sort(),
      );
      setByHand('user', 'rejoin.providers', [entry('https://own.example/other')]);
      expect(await models.registry.isKeyPresent(models.registry.getDefinition('own'))).toBe(true);
    },
  );

  it('is refused for an address without encryption, before it is stored', async () => {
    await expect(models.add(entry('http://models.example/v1'), key)).rejects.toMatchObject({
      code: 'provider/insecure-address',
    });
    expect([...models.keyRing.values.values(), ...models.logged].join()).not.toContain(key);
    setByHand('user', 'rejoin.providers', [entry('http://models.example/v1')]);
    await expect(ask()).rejects.toMatchObject({ code: 'model/provider-not-found' });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect to another origin: %i', async (status) => {
    await models.add(entry(server.baseUrl), key);
    const targets = [
      thief.baseUrl,
      server.baseUrl.replace('127.0.0.1', 'localhost'),
      server.baseUrl.replace('http:', 'https:'),
      `//127.0.0.1:${thief.port}`,
      `http://127.0.0.1:${server.port}@127.0.0.1:${thief.port}/`,
    ];
    for (const location of targets) {
      server.enqueue({ kind: 'status', status, headers: { location }, body: '' });
      await expect(ask()).rejects.toMatchObject({ code: 'provider/insecure-address', args: { reason: 'redirect' } });
    }
    for (const location of ['data:text/plain,x', 'file:///etc/passwd', 'http://', 'javascript:1']) {
      server.enqueue({ kind: 'status', status, headers: { location }, body: '' });
      await expect(ask()).rejects.toMatchObject({ name: 'AppError' });
    }
    expect(thief.requests).toEqual([]);
    expect(server.requests).toHaveLength(9);
  });
});

describe('a system without a key ring', () => {
  it('keeps the key in this window alone, says so, and goes on answering', async () => {
    const keyRing = new KeyRing();
    keyRing.isBroken = true;
    const window = new ModelsFixture(keyRing);
    await window.add(entry(server.baseUrl), key);
    expect(window.toldInMemory).toEqual(['no key ring']);
    await ask(window);
    expect(server.completions[0]?.headers['authorization']).toBe(`Bearer ${key}`);
    await window.add(entry('https://own.example/v1'), key);
    const reloaded = new ModelsFixture(keyRing);
    await expect(ask(reloaded)).rejects.toMatchObject({ code: 'model/key-missing' });
    expect([...keyRing.values.keys()]).toEqual([]);
    expect(JSON.stringify([models.settings.providers, window.logged, [...window.memento]])).not.toContain(key);
  });
});

describe('settings of a workspace or of one of its folders', () => {
  it.each(['workspace', 'folder'] as const)('move no provider, no key and no file: %s', async (source) => {
    await models.add(entry(server.baseUrl), key);
    setByHand(source, 'rejoin.providers', [entry(thief.baseUrl), entry(thief.baseUrl, 'thief')]);
    setByHand(source, 'rejoin.defaultModel', 'thief/m');
    setByHand(source, 'rejoin.storage.path', '/stolen');
    setByHand(source, 'rejoin.tools.enabled', true);
    setByHand('user', 'rejoin.tools.enabled', false);
    expect(models.settings.providers).toMatchObject([{ id: 'own', baseUrl: server.baseUrl }]);
    expect([models.settings.defaultModel, readSetting('storage.path'), readSetting('tools.enabled')]).toEqual([
      '',
      '',
      false,
    ]);
    await ask(models, null);
    expect(thief.requests).toEqual([]);
    expect(server.completions).toHaveLength(1);
  });

  it('are not written into those of the person with the next provider', async () => {
    setByHand('workspace', 'rejoin.providers', [entry(thief.baseUrl, 'thief')]);
    await models.add(entry(server.baseUrl), key);
    expect(models.settings.providers).toMatchObject([{ id: 'own' }]);
  });
});
