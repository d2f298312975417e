import * as path from 'node:path';
import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Clock, Logger } from '../../core/base/ports';
import type { ModelRef } from '../../core/session/session';
import type { UsageRecord } from '../../core/session/sessionService';
import type { ChatModels } from '../chat/chatPorts';
import { addProvider } from './addProvider';
import { demoProvider, demoProviderId } from './demoProvider';
import { listKnownModels, type KnownProvider } from './knownModels';
import { ModelRegistry, type ModelsBundle } from './modelRegistry';
import { ProviderSecrets } from './providerSecrets';
import { ProviderSettings } from './providerSettings';
import { RecentModels } from './recentModels';
import { removeProvider } from './removeProvider';
import { selectModel } from './selectModel';
import { VscodeLmModels } from './vscodeLmModels';

/** What choosing a model needs of the chat and the store. */
export interface ModelCommandDeps {
  readonly clock: Clock;
  currentModel(): Promise<ModelRef | null>;
  setModel(ref: ModelRef): Promise<void>;
  usageOf(accountKey: string): Promise<UsageRecord | undefined>;
}

export interface Models extends vscode.Disposable {
  readonly registry: ModelRegistry;
  readonly chatModels: ChatModels;
  /** Ids of the providers that are set up. */
  readonly providerIds: () => readonly string[];
  /** Known without asking over the network. */
  readonly knownModels: () => Promise<readonly KnownProvider[]>;
  createCommands(
    deps: ModelCommandDeps,
  ): Readonly<
    Record<
      'rejoin.selectModel' | 'rejoin.addProvider' | 'rejoin.removeProvider',
      (argument?: unknown, second?: unknown) => Promise<unknown>
    >
  >;
}

/** Builds everything that has to do with models. Looks for none: that is done when one is needed. */
export function createModels(context: vscode.ExtensionContext, logger: Logger): Models {
  const disposables = new DisposableStore();
  const demo = demoProvider(process.env, context.extensionMode);
  const settings = disposables.add(new ProviderSettings(logger, demo === undefined ? [] : [demo]));
  const secrets = new ProviderSecrets({
    storage: context.secrets,
    logger,
    onKeptInMemory: () => tellKeptInMemory(),
  });
  const vscodeModels = disposables.add(new VscodeLmModels(logger));
  const recent = new RecentModels(context.globalState);
  const registry = disposables.add(
    new ModelRegistry({
      settings,
      secrets,
      vscodeModels,
      recent,
      loadModels: () => loadModels(path.join(context.extensionPath, 'dist', 'models.js')),
      logger,
      ...(demo === undefined ? {} : { demoProviderId }),
    }),
  );
  return {
    registry,
    chatModels: {
      onDidChangeModels: registry.onDidChange,
      status: (ref) => registry.status(ref, AbortSignal.timeout(modelStatusTimeoutMs)),
      providerLabel: (id) => registry.providerLabel(id),
    },
    providerIds: () => settings.providers.map(({ id }) => id),
    knownModels: () => listKnownModels({ settings, vscodeModels, recent }),
    createCommands: (deps) => {
      const add = (definition?: unknown, apiKey?: unknown): Promise<unknown> =>
        addProvider({ settings, secrets, registry, logger }, definition, apiKey);
      return {
        'rejoin.selectModel': (argument) =>
          selectModel(
            { ...deps, registry, settings, secrets, vscodeModels, recent, logger, addProvider: () => add() },
            argument,
          ),
        'rejoin.addProvider': add,
        'rejoin.removeProvider': (id) => removeProvider({ settings, secrets, registry }, id),
      };
    },
    dispose: () => disposables.dispose(),
  };
}

/** A window whose model providers hang must still show its conversation. */
const modelStatusTimeoutMs = 5000;

/** A bundle of its own, because most windows never talk to one of these providers. */
async function loadModels(file: string): Promise<ModelsBundle> {
  // Not import(): it takes no Windows path.
  return Promise.resolve(createRequire(file)(file) as ModelsBundle);
}

function tellKeptInMemory(): void {
  void vscode.window.showWarningMessage(
    vscode.l10n.t(
      'This system has no key ring that VS Code can use. The API key is kept until this window closes and then asked for again.',
    ),
  );
}
