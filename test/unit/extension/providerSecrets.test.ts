import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/base/ports';
import { ProviderSecrets, type SecretStore } from '../../../src/extension/models/providerSecrets';

class FakeKeyRing implements SecretStore {
  readonly values = new Map<string, string>();
  isBroken = false;

  get = (key: string): Promise<string | undefined> => this.answer(() => this.values.get(key));
  store = (key: string, value: string): Promise<void> => this.answer(() => void this.values.set(key, value));
  delete = (key: string): Promise<void> => this.answer(() => void this.values.delete(key));
  keys = (): Promise<readonly string[]> => this.answer(() => [...this.values.keys()]);

  private answer<T>(action: () => T): Promise<T> {
    return this.isBroken ? Promise.reject(new Error('no key ring')) : Promise.resolve().then(action);
  }
}

function setUp() {
  const storage = new FakeKeyRing();
  const told: string[] = [];
  const open = () =>
    new ProviderSecrets({ storage, logger: silentLogger, onKeptInMemory: (reason) => told.push(reason) });
  return { storage, told, open, secrets: open() };
}

const owner = { providerId: 'api', origin: 'https://one.example' };

describe('keys of providers', () => {
  it('come back for the provider and origin that they were entered for, and no other', async () => {
    const { secrets, open } = setUp();
    await secrets.set(owner, 'sk-1');
    expect(await open().get(owner)).toBe('sk-1');
    expect(await secrets.get({ ...owner, origin: 'https://two.example' })).toBeUndefined();
    expect(await secrets.get({ ...owner, providerId: 'other' })).toBeUndefined();
  });

  it('stay in memory, and the person is told, where there is no key ring', async () => {
    const { secrets, storage, told, open } = setUp();
    storage.isBroken = true;
    await secrets.set(owner, 'sk-1');
    expect(told).toEqual(['no key ring']);
    expect(await secrets.get(owner)).toBe('sk-1');
    expect(await open().get(owner)).toBeUndefined();
  });

  it('move to the key ring once it works again', async () => {
    const { secrets, storage, open } = setUp();
    storage.isBroken = true;
    await secrets.set(owner, 'sk-1');
    storage.isBroken = false;
    await secrets.set(owner, 'sk-2');
    expect(await secrets.get(owner)).toBe('sk-2');
    expect(await open().get(owner)).toBe('sk-2');
  });

  it('are all gone with their provider, and given back for an undo', async () => {
    const { secrets, storage } = setUp();
    const second = { ...owner, origin: 'https://two.example' };
    const neighbour = { providerId: 'api2', origin: 'https://one.example' };
    await secrets.set(owner, 'sk-1');
    await secrets.set(second, 'sk-2');
    await secrets.set(neighbour, 'sk-3');
    expect(await secrets.deleteAll('api')).toEqual(
      new Map([
        [owner.origin, 'sk-1'],
        [second.origin, 'sk-2'],
      ]),
    );
    expect([...storage.values.values()]).toEqual(['sk-3']);
  });

  it('are gone from memory too', async () => {
    const { secrets, storage } = setUp();
    storage.isBroken = true;
    await secrets.set(owner, 'sk-1');
    expect((await secrets.deleteAll('api')).size).toBe(1);
    expect(await secrets.get(owner)).toBeUndefined();
  });
});
