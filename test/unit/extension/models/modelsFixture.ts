import type { Logger } from '../../../../src/core/base/ports';
import { addProvider } from '../../../../src/extension/models/addProvider';
import { ModelRegistry } from '../../../../src/extension/models/modelRegistry';
import { ProviderSecrets, type SecretStore } from '../../../../src/extension/models/providerSecrets';
import { ProviderSettings } from '../../../../src/extension/models/providerSettings';
import { RecentModels } from '../../../../src/extension/models/recentModels';
import { VscodeLmModels } from '../../../../src/extension/models/vscodeLmModels';
import { createLogger } from '../../../../src/extension/platform/outputLogger';

/** VS Code's secret storage; `isBroken` where the system has no key ring. */
export class KeyRing implements SecretStore {
  readonly values = new Map<string, string>();
  isBroken = false;
  get = (key: string): Promise<string | undefined> => this.answer(() => this.values.get(key));
  store = (key: string, value: string): Promise<void> => this.answer(() => void this.values.set(key, value));
  delete = (key: string): Promise<void> => this.answer(() => void this.values.delete(key));
  keys = (): Promise<readonly string[]> => this.answer(() => [...this.values.keys()]);

  private answer<T>(action: () => T): Promise<T> {
    return this.isBroken ? Promise.reject(new Error('no key ring')) : Promise.resolve(action());
  }
}

/** The models of one window, everything real but VS Code itself, with a log that takes all that is written. */
export class ModelsFixture {
  readonly logged: string[] = [];
  readonly logger: Logger = createLogger(this.channel(), 'models');
  /** Reasons why a key is kept in memory alone. */
  readonly toldInMemory: string[] = [];
  readonly settings = new ProviderSettings(this.logger);
  readonly secrets: ProviderSecrets;
  readonly registry: ModelRegistry;
  readonly memento = new Map<string, unknown>();

  constructor(readonly keyRing = new KeyRing()) {
    this.secrets = new ProviderSecrets({
      storage: keyRing,
      logger: this.logger,
      onKeptInMemory: (reason) => this.toldInMemory.push(reason),
    });
    this.registry = new ModelRegistry({
      settings: this.settings,
      secrets: this.secrets,
      vscodeModels: new VscodeLmModels(this.logger),
      recent: new RecentModels({
        keys: () => [...this.memento.keys()],
        get: <T>(key: string, fallback?: T) => (this.memento.get(key) as T | undefined) ?? (fallback as T),
        update: (key: string, value: unknown) => Promise.resolve(void this.memento.set(key, value)),
      }),
      loadModels: () => import('../../../../src/node/models/modelsBundle'),
      logger: this.logger,
    });
  }

  add(definition: unknown, apiKey?: string): Promise<unknown> {
    return addProvider(this, definition, apiKey);
  }

  private channel(): Parameters<typeof createLogger>[0] {
    const write = (...parts: readonly unknown[]): void => void this.logged.push(parts.map(String).join(' '));
    return { trace: write, debug: write, info: write, warn: write, error: write } as never;
  }
}
