import { describe, expect, it } from 'vitest';
import { findAddressFault, isLoopback, parseProviders } from '../../../src/extension/models/providerDefinition';
import { finishDraft, readDraft } from '../../../src/extension/models/providerDraft';
import { accountKeyOf, labelOf, needsKey, originOf } from '../../../src/extension/models/providerPresets';

const good = {
  id: 'local',
  kind: 'openai-compatible',
  baseUrl: 'http://localhost:11434/v1',
  models: ['a', { id: 'b', contextWindow: 8192 }],
} as const;

describe('parseProviders', () => {
  it('takes entries as they are, without fields of no meaning', () => {
    expect(
      parseProviders([
        { ...good, label: '', apiKey: 'sk-canary', extra: 1 },
        { id: 'openai', kind: 'openai' },
      ]),
    ).toEqual({
      providers: [good, { id: 'openai', kind: 'openai' }],
      problems: [],
    });
  });

  it.each([
    ['not-an-object', 'local'],
    ['not-an-object', null],
    ['not-an-object', [good]],
    ['id', { ...good, id: '' }],
    ['id', { ...good, id: 'a/b' }],
    ['id', { ...good, id: 'vscode:copilot' }],
    ['id', { ...good, id: 'a@b' }],
    ['kind', { ...good, kind: 'openai2' }],
    ['kind', { id: 'x' }],
    ['label', { ...good, label: 7 }],
    ['address-missing', { id: 'x', kind: 'openai-compatible' }],
    ['address-missing', { id: 'x', kind: 'azure', baseUrl: '' }],
    ['address', { ...good, baseUrl: 'localhost:11434' }],
    ['address', { ...good, baseUrl: 'file:///etc/passwd' }],
    ['address', { ...good, baseUrl: 'https://me:secret@llm.example/v1' }],
    ['insecure-address', { ...good, baseUrl: 'http://llm.example/v1' }],
    ['insecure-address', { ...good, baseUrl: 'http://127.0.0.1.evil.example/v1' }],
    ['models', { ...good, models: 'a' }],
    ['models', { ...good, models: [''] }],
    ['models', { ...good, models: [{ label: 'no id' }] }],
    ['models', { ...good, models: [{ id: 'a', contextWindow: -1 }] }],
    ['headers', { ...good, headers: { 'x y': 'z' } }],
    ['headers', { ...good, headers: { x: 'a\r\nauthorization: b' } }],
    ['key-in-headers', { ...good, headers: { Authorization: 'Bearer sk-canary' } }],
  ])('reports %s and leaves only that entry out', (code, entry) => {
    const other = { id: 'other', kind: 'anthropic' };
    const { providers, problems } = parseProviders([entry, other]);
    expect(problems).toMatchObject([{ index: 0, code }]);
    expect(providers).toEqual([other]);
  });

  it('keeps the first of two entries with one id', () => {
    const { providers, problems } = parseProviders([good, { ...good, baseUrl: 'https://evil.example/v1' }]);
    expect(providers).toEqual([good]);
    expect(problems).toMatchObject([{ index: 1, code: 'duplicate-id' }]);
  });

  it('puts no key from a header into what it reports', () => {
    expect(JSON.stringify(parseProviders([{ ...good, headers: { 'x-api-key': 'sk-canary' } }]))).not.toContain(
      'canary',
    );
  });
});

describe('addresses', () => {
  it.each([
    'http://localhost:1',
    'http://127.0.0.1',
    'http://127.8.9.1:80/v1',
    'http://[::1]:8080',
    'http://demo.localhost',
  ])('%s is this machine', (address) => {
    expect(isLoopback(address)).toBe(true);
    expect(findAddressFault(address)).toBeUndefined();
  });

  it.each([
    'http://localhost.evil.example',
    'http://127.evil.example',
    'http://0.0.0.0',
    'http://192.168.0.2',
    'http://[::2]',
  ])('%s is not', (address) => {
    expect(isLoopback(address)).toBe(false);
    expect(findAddressFault(address)).toBe('insecure-address');
  });
});

describe('what is known of a provider', () => {
  it('binds its key to scheme, host and port', () => {
    const at = (baseUrl: string): string => originOf({ ...good, baseUrl });
    expect(at('https://llm.example/v1')).toBe('https://llm.example');
    expect(at('https://llm.example:8443/other')).toBe('https://llm.example:8443');
    expect(originOf({ id: 'o', kind: 'openai' })).toBe('https://api.openai.com');
    expect(accountKeyOf({ id: 'o', kind: 'openai' })).toBe('o@https://api.openai.com');
  });

  it('needs a key unless it is on this machine', () => {
    expect(needsKey(good)).toBe(false);
    expect(needsKey({ ...good, baseUrl: 'https://llm.example/v1' })).toBe(true);
    expect(needsKey({ id: 'o', kind: 'openai' })).toBe(true);
  });

  it('is named by its label, its kind or its id', () => {
    expect(labelOf({ ...good, label: 'Mine' })).toBe('Mine');
    expect(labelOf({ id: 'o', kind: 'openai' })).toBe('OpenAI');
    expect(labelOf(good)).toBe('local');
  });
});

describe('a provider that is being set up', () => {
  it('gets an id that no other has', () => {
    const draft = { kind: 'openai' } as const;
    expect(finishDraft(draft, 'OpenAI', []).id).toBe('openai');
    expect(finishDraft(draft, 'OpenAI', ['openai', 'openai-2']).id).toBe('openai-3');
    expect(finishDraft(draft, '  ', []).id).toBe('provider');
    expect(finishDraft({ ...draft, id: 'mine' }, 'OpenAI', ['mine']).id).toBe('mine');
  });

  it('is refused when it is no entry at all', () => {
    expect(() => readDraft('openai')).toThrowError(expect.objectContaining({ code: 'argument/invalid' }));
    expect(readDraft(undefined)).toEqual({});
  });
});
