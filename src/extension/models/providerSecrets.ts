import type { Logger } from '../../core/base/ports';
import { toError } from '../../core/base/errors';

/** The part of VS Code's secret storage that is used. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  keys(): PromiseLike<readonly string[]>;
}

export interface ProviderSecretsDeps {
  readonly storage: SecretStore;
  readonly logger: Logger;
  /** Tells the person that the key is only kept until the window closes. */
  readonly onKeptInMemory: (reason: string) => void;
}

/** A place that a key may be sent to. */
export interface KeyOwner {
  readonly providerId: string;
  /** Scheme, host and port of the provider; a key never follows it to another origin. */
  readonly origin: string;
}

const prefix = 'rejoin.provider.';

/**
 * Keys of providers in VS Code's secret storage, and nowhere else on disk. Each is bound to the origin that it was
 * entered for. Where the system has no key ring the key stays in memory for as long as the window is open.
 */
export class ProviderSecrets {
  private readonly inMemory = new Map<string, string>();

  constructor(private readonly deps: ProviderSecretsDeps) {}

  /** The key for this provider at this origin, or undefined when none was entered. */
  async get(owner: KeyOwner): Promise<string | undefined> {
    const name = nameOf(owner);
    const own = this.inMemory.get(name);
    if (own !== undefined) {
      return own;
    }
    try {
      return await this.deps.storage.get(name);
    } catch (error) {
      this.deps.logger.warn('The key ring could not be read', error);
      return undefined;
    }
  }

  async set(owner: KeyOwner, key: string): Promise<void> {
    const name = nameOf(owner);
    try {
      await this.deps.storage.store(name, key);
      this.inMemory.delete(name);
    } catch (error) {
      this.inMemory.set(name, key);
      this.deps.logger.warn('The key ring could not be written', error);
      this.deps.onKeptInMemory(toError(error).message);
    }
  }

  /** Removes the keys of a provider for every origin. Returns those removed, so that it can be undone. */
  async deleteAll(providerId: string): Promise<ReadonlyMap<string, string>> {
    const removed = new Map<string, string>();
    for (const name of await this.namesOf(providerId)) {
      const key = await this.get(ownerOf(name, providerId));
      if (key !== undefined) {
        removed.set(ownerOf(name, providerId).origin, key);
      }
      this.inMemory.delete(name);
      try {
        await this.deps.storage.delete(name);
      } catch (error) {
        this.deps.logger.warn('A key could not be removed from the key ring', error);
      }
    }
    return removed;
  }

  private async namesOf(providerId: string): Promise<readonly string[]> {
    const start = `${prefix}${providerId}@`;
    let stored: readonly string[] = [];
    try {
      stored = await this.deps.storage.keys();
    } catch (error) {
      this.deps.logger.warn('The key ring could not be listed', error);
    }
    return [...new Set([...stored, ...this.inMemory.keys()])].filter((name) => name.startsWith(start));
  }
}

function nameOf(owner: KeyOwner): string {
  return `${prefix}${owner.providerId}@${owner.origin}`;
}

function ownerOf(name: string, providerId: string): KeyOwner {
  return { providerId, origin: name.slice(`${prefix}${providerId}@`.length) };
}
