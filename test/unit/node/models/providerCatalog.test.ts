import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isLoopbackAddress, secureAddress } from '../../../../src/node/models/providerAddress';
import { defaultBaseUrl, providerCatalog } from '../../../../src/node/models/providerCatalog';

describe('providerCatalog', () => {
  it('names each preset once and covers every kind', () => {
    expect(new Set(providerCatalog.map((preset) => preset.id)).size).toBe(providerCatalog.length);
    expect([...new Set(providerCatalog.map((preset) => preset.kind))].sort()).toEqual([
      'amazon-bedrock',
      'anthropic',
      'azure',
      'google',
      'openai',
      'openai-compatible',
      'xai',
    ]);
  });

  it('has an address or an example of one, and asks for a key exactly where one leaves the machine', () => {
    for (const preset of providerCatalog) {
      const address = preset.baseUrl ?? preset.addressExample ?? '';
      expect(() => secureAddress(address, preset.id)).not.toThrow();
      expect(preset.needsKey).toBe(!isLoopbackAddress(new URL(address)));
    }
  });

  it('gives no address for a kind that everybody runs elsewhere', () => {
    expect(defaultBaseUrl('openai-compatible')).toBeUndefined();
    expect(defaultBaseUrl('azure')).toBeUndefined();
    expect(defaultBaseUrl('anthropic')).toBe('https://api.anthropic.com/v1');
  });

  it('can be read without loading a provider package', async () => {
    const source = await readFile(new URL('../../../../src/node/models/providerCatalog.ts', import.meta.url), 'utf8');
    expect(source).not.toMatch(/^import /m);
  });
});

describe('secureAddress', () => {
  it.each([
    'https://api.example.com/v1',
    'http://localhost:11434',
    'http://127.0.0.1:1',
    'http://[::1]:8080',
    'http://models.localhost',
  ])('takes %s', (address) => {
    expect(secureAddress(address, 'p').href).toContain(new URL(address).host);
  });

  it.each([
    'http://api.example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://192.168.0.4',
    'ftp://localhost',
    'file:///etc/passwd',
  ])('refuses %s', (address) => {
    expect(() => secureAddress(address, 'p')).toThrow(
      expect.objectContaining({ code: 'provider/insecure-address' }) as Error,
    );
  });

  it('refuses what is no address', () => {
    expect(() => secureAddress('api.example.com', 'p')).toThrow(
      expect.objectContaining({ code: 'provider/invalid' }) as Error,
    );
  });
});
