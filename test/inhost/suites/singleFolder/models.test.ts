import assert from 'node:assert/strict';
import { setup, suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { silentLogger } from '../../../../src/core/base/ports';
import { toSessionId, type ModelRef } from '../../../../src/core/session/session';
import type { ModelDelta, ModelRequest, PromptMessage } from '../../../../src/core/turn/modelProvider';
import { ModelRegistry } from '../../../../src/extension/models/modelRegistry';
import type { ProviderDefinition } from '../../../../src/extension/models/providerDefinition';
import { ProviderSecrets, type SecretStore } from '../../../../src/extension/models/providerSecrets';
import { ProviderSettings } from '../../../../src/extension/models/providerSettings';
import { RecentModels } from '../../../../src/extension/models/recentModels';
import { maxToolResultLength, toolResultText } from '../../../../src/extension/models/toolResultText';
import { usageText } from '../../../../src/extension/models/usageText';
import { VscodeLmModels } from '../../../../src/extension/models/vscodeLmModels';
import { VscodeLmProvider } from '../../../../src/extension/models/vscodeLmProvider';
import { VscodeLmToolHost } from '../../../../src/extension/models/vscodeLmToolHost';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { FakeModelServer } from '../../../support/fakeModelServer';

const never = new AbortController().signal;
const echo: ModelRef = { provider: 'vscode:fakelm', model: 'echo-1' };

class MemoryMemento implements vscode.Memento {
  private readonly values = new Map<string, unknown>();
  keys(): readonly string[] {
    return [...this.values.keys()];
  }
  get<T>(key: string, fallback?: T): T {
    return (this.values.has(key) ? this.values.get(key) : fallback) as T;
  }
  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }
}

class MemorySecrets implements SecretStore {
  readonly values = new Map<string, string>();
  get = (key: string): Promise<string | undefined> => Promise.resolve(this.values.get(key));
  store = (key: string, value: string): Promise<void> => Promise.resolve(void this.values.set(key, value));
  delete = (key: string): Promise<void> => Promise.resolve(void this.values.delete(key));
  keys = (): Promise<readonly string[]> => Promise.resolve([...this.values.keys()]);
}

function request(text: string, overrides: Partial<ModelRequest> = {}): ModelRequest {
  return { model: 'echo-1', system: '', messages: [{ role: 'user', content: text }], tools: [], ...overrides };
}

async function collect(stream: AsyncIterable<ModelDelta>): Promise<readonly ModelDelta[]> {
  const deltas: ModelDelta[] = [];
  for await (const delta of stream) deltas.push(delta);
  return deltas;
}

function textIn(deltas: readonly ModelDelta[]): string {
  return deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('');
}

interface SeenRequest {
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly tools: readonly string[];
}

async function seenRequests(): Promise<readonly SeenRequest[]> {
  return await vscode.commands.executeCommand('fakeLm.requests');
}

async function setProviders(providers: readonly unknown[] | undefined): Promise<void> {
  await vscode.workspace.getConfiguration('rejoin').update('providers', providers, vscode.ConfigurationTarget.Global);
}

suite('language models of VS Code', () => {
  const models = new VscodeLmModels(silentLogger);
  const provider = new VscodeLmProvider('fakelm', models, silentLogger);

  suiteTeardown(() => models.dispose());
  setup(async () => void (await seenRequests()));

  test('are listed with their window, under the name of their vendor', async () => {
    assert.equal(provider.label, 'Fake LM');
    assert.deepEqual(await provider.listModels(never), [
      { id: 'echo-1', label: 'Echo One', contextWindow: 8000, supportsTools: true },
    ]);
  });

  test('stream an answer in pieces and have its tokens counted', async () => {
    const deltas = await collect(provider.stream(request('hello there', { system: 'Be brief.' }), never));
    assert.equal(textIn(deltas), 'VS Code model says: Be brief.\nhello there');
    assert.ok(deltas.length > 3, 'the text comes in several pieces');
    assert.deepEqual(deltas.at(-1), { type: 'finish', reason: 'stop', usage: { inputTokens: 4, outputTokens: 8 } });
  });

  test('get the system text within the first user message and every message once', async () => {
    const messages: readonly PromptMessage[] = [
      { role: 'user', content: 'one' },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'two' },
        ],
      },
      { role: 'user', content: 'three' },
    ];
    await collect(provider.stream(request('', { system: 'Be brief.', messages }), never));
    const [seen] = await seenRequests();
    assert.deepEqual(seen?.messages, [
      { role: 'user', text: 'Be brief.\none' },
      { role: 'assistant', text: 'two' },
      { role: 'user', text: 'three' },
    ]);
  });

  test('call tools and get the results back', async () => {
    const tools = [{ name: 'fake_clock', description: 'Tells the time.', inputSchema: { type: 'object' } }];
    const deltas = await collect(provider.stream(request('use the clock', { tools }), never));
    assert.deepEqual(deltas[0], { type: 'tool_call', id: 'call-1', name: 'fake_clock', input: { city: 'Rome' } });
    assert.partialDeepStrictEqual(deltas.at(-1), { reason: 'tool_calls' });

    const messages: readonly PromptMessage[] = [
      { role: 'user', content: 'use the clock' },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'call-1', name: 'fake_clock', input: { city: 'Rome' } }] },
      { role: 'tool', results: [{ toolUseId: 'call-1', name: 'fake_clock', content: 'Noon.', isError: false }] },
    ];
    const answer = await collect(provider.stream(request('', { messages, tools }), never));
    assert.equal(textIn(answer), 'VS Code model says: [result call-1: Noon.]');
    assert.deepEqual(
      (await seenRequests()).map((seen) => seen.tools),
      [['fake_clock'], ['fake_clock']],
    );
  });

  test('end at once when the person stops, although the model goes on', async () => {
    const abort = new AbortController();
    const seen: ModelDelta[] = [];
    await assert.rejects(
      async () => {
        for await (const delta of provider.stream(request('never end'), abort.signal)) {
          seen.push(delta);
          abort.abort();
        }
      },
      { code: 'cancelled' },
    );
    assert.deepEqual(seen, [{ type: 'text', text: 'Thinking' }]);
  });

  test('tell a refusal from a model that is not there', async () => {
    await assert.rejects(collect(provider.stream(request('refuse'), never)), { code: 'model/blocked' });
    await assert.rejects(collect(provider.stream(request('hello', { model: 'gone' }), never)), {
      code: 'model/not-found',
    });
  });

  test('count the tokens of a text', async () => {
    assert.equal(await provider.countTokens('echo-1', 'one two three', never), 3);
  });
});

suite('limits of a provider', () => {
  test('are told as the smallest share that is left, until they start anew', () => {
    const snapshot = {
      requestsLimit: 10,
      requestsRemaining: 5,
      tokensLimit: 1000,
      tokensRemaining: 100,
      resetsAt: 2000,
    };
    assert.equal(usageText({ snapshot, updatedAt: 0 }, 1000), '10 % of the limit left');
    assert.equal(usageText({ snapshot, updatedAt: 0 }, 2000), '');
    assert.equal(usageText({ snapshot: { tokensRemaining: 5 }, updatedAt: 0 }, 0), '');
    assert.equal(usageText(undefined, 0), '');
  });
});

suite('tools of VS Code', () => {
  const session = toSessionId('session-1');
  const createHost = (isEnabled = true): VscodeLmToolHost =>
    new VscodeLmToolHost({ memento: new MemoryMemento(), isEnabled: () => isEnabled, logger: silentLogger });

  test('are offered with the schema of their input', () => {
    const clock = createHost()
      .list()
      .find((tool) => tool.name === 'fake_clock');
    assert.match(clock?.description ?? '', /time of a city/);
    assert.partialDeepStrictEqual(clock?.inputSchema, { type: 'object', required: ['city'] });
  });

  test('give their text, or their failure as a result', async () => {
    const host = createHost();
    assert.deepEqual(await host.invoke('fake_clock', { city: 'Rome' }, never), {
      content: 'It is noon in Rome.',
      isError: false,
    });
    assert.partialDeepStrictEqual(await host.invoke('fake_failure', {}, never), { isError: true });
    assert.partialDeepStrictEqual(await host.invoke('no_such_tool', {}, never), { isError: true });
  });

  test('neither show nor run when they are turned off', async () => {
    const host = createHost(false);
    assert.deepEqual(host.list(), []);
    assert.partialDeepStrictEqual(await host.invoke('fake_clock', { city: 'Rome' }, never), { isError: true });
  });

  test('reject when they are stopped', async () => {
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(createHost().invoke('fake_clock', { city: 'Rome' }, abort.signal), { code: 'cancelled' });
  });

  test('keep a yes for as long as it was given', async () => {
    const memento = new MemoryMemento();
    const deps = { memento, isEnabled: () => true, logger: silentLogger };
    const host = new VscodeLmToolHost(deps);
    const other = toSessionId('session-2');
    await host.grant(session, 'once', 'once');
    await host.grant(session, 'mine', 'session');
    await host.grant(session, 'ours', 'always');
    assert.deepEqual(
      ['once', 'mine', 'ours'].map((tool) => host.isGranted(session, tool)),
      [false, true, true],
    );
    assert.deepEqual(
      ['once', 'mine', 'ours'].map((tool) => host.isGranted(other, tool)),
      [false, false, true],
    );
    const nextWindow = new VscodeLmToolHost(deps);
    assert.deepEqual(
      ['mine', 'ours'].map((tool) => nextWindow.isGranted(session, tool)),
      [false, true],
    );
  });

  test('have long results cut, and what is not text named', () => {
    const long = toolResultText([new vscode.LanguageModelTextPart('x'.repeat(maxToolResultLength + 1))]);
    assert.match(long, /cut here: 100001 characters/);
    assert.ok(long.length < maxToolResultLength + 100);
    assert.equal(
      toolResultText([vscode.LanguageModelDataPart.image(new Uint8Array(3), 'image/png')]),
      '[image/png, 3 bytes, not shown]',
    );
    assert.equal(toolResultText([vscode.LanguageModelDataPart.json({ a: 1 })]), '{\n\t"a": 1\n}');
    const element = {
      node: {
        type: 1,
        children: [
          { type: 2, text: 'from ' },
          { type: 2, text: 'a prompt' },
        ],
      },
    };
    assert.equal(toolResultText([new vscode.LanguageModelPromptTsxPart(element)]), 'from a prompt');
  });
});

suite('the model registry', () => {
  let server: FakeModelServer;
  let definition: ProviderDefinition;
  const models = new VscodeLmModels(silentLogger);
  const secrets = new MemorySecrets();

  function createRegistry(
    memento: vscode.Memento = new MemoryMemento(),
  ): { registry: ModelRegistry; recent: RecentModels } & vscode.Disposable {
    const settings = new ProviderSettings(silentLogger);
    const recent = new RecentModels(memento);
    const registry = new ModelRegistry({
      settings,
      recent,
      secrets: new ProviderSecrets({
        storage: secrets,
        logger: silentLogger,
        onKeptInMemory: () => assert.fail('no key ring'),
      }),
      vscodeModels: models,
      loadModels: () => Promise.resolve({ createAiSdkProvider }),
      logger: silentLogger,
    });
    return {
      registry,
      recent,
      dispose: () => {
        registry.dispose();
        settings.dispose();
      },
    };
  }

  suiteSetup(async () => {
    server = await FakeModelServer.start();
    definition = {
      id: 'local',
      kind: 'openai-compatible',
      label: 'Local',
      baseUrl: server.baseUrl,
      models: [{ id: 'm1', label: 'Model One', contextWindow: 4096 }],
    };
  });
  suiteTeardown(async () => {
    models.dispose();
    await setProviders(undefined);
    await server.dispose();
  });
  setup(async () => {
    secrets.values.clear();
    server.reset();
    await setProviders([definition]);
  });

  test("prefers VS Code's models until a person chose another, and sends nothing for it", async () => {
    const { registry, recent, dispose } = createRegistry();
    assert.deepEqual((await registry.resolve(null, never)).ref, echo);
    await recent.remember({ provider: 'local', model: 'm1' });
    const resolved = await registry.resolve(null, never);
    assert.deepEqual(resolved.ref, { provider: 'local', model: 'm1' });
    assert.deepEqual(resolved.info, { id: 'm1', label: 'Model One', contextWindow: 4096, supportsTools: true });
    assert.equal(resolved.accountKey, `local@${new URL(server.baseUrl).origin}`);
    assert.equal(server.requests.length, 0);
    dispose();
  });

  test('answers through a provider of the settings', async () => {
    const { registry, dispose } = createRegistry();
    const { provider } = await registry.resolve({ provider: 'local', model: 'm1' }, never);
    assert.equal(
      textIn(await collect(provider.stream(request('hello', { model: 'm1' }), never))),
      'Hello from the fake model.',
    );
    dispose();
  });

  test('never replaces the model of a session or of the setting by another one', async () => {
    const { registry, dispose } = createRegistry();
    await assert.rejects(registry.resolve({ provider: 'gone', model: 'm' }, never), {
      code: 'model/provider-not-found',
    });
    await assert.rejects(registry.resolve({ provider: 'vscode:fakelm', model: 'gone' }, never), {
      code: 'model/not-found',
    });
    assert.deepEqual(await registry.status({ provider: 'gone', model: 'm' }, never), {
      ref: null,
      label: '',
      missing: { provider: 'gone', model: 'm' },
      hasAny: true,
    });
    const settings = vscode.workspace.getConfiguration('rejoin');
    await settings.update('defaultModel', 'gone/model', vscode.ConfigurationTarget.Global);
    await assert.rejects(registry.resolve(null, never), { code: 'model/provider-not-found' });
    await settings.update('defaultModel', 'local/m1', vscode.ConfigurationTarget.Global);
    assert.deepEqual((await registry.status(null, never)).label, 'Model One · Local');
    await settings.update('defaultModel', undefined, vscode.ConfigurationTarget.Global);
    dispose();
  });

  test('asks for a key off this machine, and again at another address', async () => {
    const { registry, dispose } = createRegistry();
    const cloud = { id: 'cloud', kind: 'openai-compatible', baseUrl: 'https://one.example/v1', models: ['m'] };
    await setProviders([cloud]);
    await assert.rejects(registry.resolve({ provider: 'cloud', model: 'm' }, never), { code: 'model/key-missing' });
    secrets.values.set('rejoin.provider.cloud@https://one.example', 'sk-canary');
    assert.equal(
      (await registry.resolve({ provider: 'cloud', model: 'm' }, never)).accountKey,
      'cloud@https://one.example',
    );
    await setProviders([{ ...cloud, baseUrl: 'https://two.example/v1' }]);
    await assert.rejects(registry.resolve({ provider: 'cloud', model: 'm' }, never), { code: 'model/key-missing' });
    dispose();
  });

  test('takes no providers from a workspace', async () => {
    const { registry, dispose } = createRegistry();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const file = vscode.Uri.joinPath(folder, '.vscode', 'settings.json');
    const hostile = {
      'rejoin.providers': [{ ...definition, baseUrl: 'http://127.0.0.1:9/v1' }],
      'rejoin.defaultModel': 'local/evil',
      'rejoin.session.continueMinutes': 7,
    };
    await vscode.workspace.fs.writeFile(file, Buffer.from(JSON.stringify(hostile)));
    const deadline = Date.now() + 20_000;
    // The harmless setting beside them tells that the file has been read.
    while (vscode.workspace.getConfiguration('rejoin').get('session.continueMinutes') !== 7) {
      assert.ok(Date.now() < deadline, 'the settings of the workspace are read');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(registry.getDefinition('local').baseUrl, server.baseUrl);
    assert.deepEqual((await registry.resolve(null, never)).ref, echo);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, '.vscode'), { recursive: true });
    dispose();
  });
});

suite('commands on models', () => {
  let server: FakeModelServer;

  suiteSetup(async () => {
    server = await FakeModelServer.start();
  });
  suiteTeardown(async () => {
    await setProviders(undefined);
    await server.dispose();
  });

  test('add a provider, choose its model and remove it again without asking', async () => {
    const definition = {
      id: 'api',
      kind: 'openai-compatible',
      label: 'By command',
      baseUrl: server.baseUrl,
      models: ['m1'],
    };
    const broken = { id: 'not read', kind: 'nothing' };
    await setProviders([broken]);
    assert.deepEqual(await vscode.commands.executeCommand('rejoin.addProvider', definition, 'sk-canary'), definition);
    const stored = (): unknown => vscode.workspace.getConfiguration('rejoin').inspect('providers')?.globalValue;
    assert.deepEqual(stored(), [broken, definition], 'what could not be read is kept, and the key is not there');

    assert.deepEqual(await vscode.commands.executeCommand('rejoin.selectModel', 'api/m1'), {
      provider: 'api',
      model: 'm1',
    });
    assert.deepEqual(await vscode.commands.executeCommand('rejoin.selectModel', echo), echo);
    assert.deepEqual(await vscode.commands.executeCommand('rejoin.removeProvider', 'api'), definition);
    assert.deepEqual(stored(), [broken]);
    assert.equal(server.requests.length, 0, 'nothing is sent for any of it');
  });

  test('refuse an address that is neither encrypted nor on this machine, before anything is stored', async () => {
    await setProviders([]);
    const insecure = { id: 'plain', kind: 'openai-compatible', baseUrl: 'http://llm.example/v1', models: ['m'] };
    await vscode.commands.executeCommand('rejoin.addProvider', insecure, 'sk-canary').then(undefined, () => undefined);
    assert.deepEqual(vscode.workspace.getConfiguration('rejoin').inspect('providers')?.globalValue, []);
  });

  test('refuse a model that is not there', async () => {
    await assert.rejects(
      vscode.commands.executeCommand('rejoin.selectModel', 'vscode:fakelm/gone') as Promise<unknown>,
    );
    await assert.rejects(vscode.commands.executeCommand('rejoin.removeProvider', 'gone') as Promise<unknown>);
  });
});
