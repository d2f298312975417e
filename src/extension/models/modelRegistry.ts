import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import { AppError, isAppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { ModelRef } from '../../core/session/session';
import type { ModelInfo, ModelProvider, ModelResolver, ResolvedModel } from '../../core/turn/modelProvider';
import type { AiSdkProviderOptions } from '../../node/models/aiSdkProvider';
import type { ModelStatus } from '../../protocol/chatProtocol';
import { parseModelRef, providerIdOfVendor, vendorOf } from './modelRefText';
import { configuredModels, type ProviderDefinition } from './providerDefinition';
import { accountKeyOf, labelOf, needsKey, originOf } from './providerPresets';
import type { ProviderSecrets } from './providerSecrets';
import type { ProviderSettings } from './providerSettings';
import { raceAbort } from './raceAbort';
import type { RecentModels } from './recentModels';
import type { VscodeLmModels } from './vscodeLmModels';
import { toModelInfo, VscodeLmProvider } from './vscodeLmProvider';

/** The bundle with the provider packages, loaded with the first request to one of them. */
export interface ModelsBundle {
  readonly createAiSdkProvider: (options: AiSdkProviderOptions) => ModelProvider;
}

export interface ModelRegistryDeps {
  readonly settings: ProviderSettings;
  readonly secrets: ProviderSecrets;
  readonly vscodeModels: VscodeLmModels;
  readonly recent: RecentModels;
  loadModels(): Promise<ModelsBundle>;
  readonly logger: Logger;
  /** Provider that answers in place of any other while nobody chose a model; for development. */
  readonly demoProviderId?: string;
}

/** Finds models: those of VS Code by `vscode:<vendor>`, all others through `rejoin.providers`. */
export class ModelRegistry implements ModelResolver, vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<void>());
  private bundle: Promise<ModelsBundle> | undefined;

  /** Fires when other models may be there or another one may be the default. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly deps: ModelRegistryDeps) {
    this.store.add(deps.settings.onDidChange(() => this.changed.fire()));
    this.store.add(deps.vscodeModels.onDidChange(() => this.changed.fire()));
  }

  /**
   * The model of a session, or the default one for null. Asks no provider over the network.
   * Rejects with `model/none`, `model/not-found`, `model/provider-not-found`, `model/key-missing` or `cancelled`.
   */
  async resolve(ref: ModelRef | null, signal: AbortSignal): Promise<ResolvedModel> {
    const wanted = ref ?? (await raceAbort(this.defaultRef(), signal));
    if (wanted === undefined) {
      throw new AppError('model/none');
    }
    return raceAbort(this.resolveRef(wanted), signal);
  }

  /** What the chat shows of a session's model. Never rejects for a model that cannot be used: that is what it tells. */
  async status(ref: ModelRef | null, signal: AbortSignal): Promise<Omit<ModelStatus, 'sharing'>> {
    const fallback = async (): Promise<boolean> => (await raceAbort(this.defaultRef(), signal)) !== undefined;
    const wanted = ref ?? (await raceAbort(this.defaultRef(), signal)) ?? null;
    if (wanted === null) {
      return { ref: null, label: '', missing: null, hasAny: false };
    }
    try {
      return { ref: wanted, label: await raceAbort(this.describe(wanted), signal), missing: null, hasAny: true };
    } catch (error) {
      if (!isAppError(error, 'model/not-found', 'model/provider-not-found')) {
        throw error;
      }
      return {
        ref: null,
        label: '',
        missing: wanted,
        hasAny: ref === null ? this.deps.settings.providers.length > 0 : await fallback(),
      };
    }
  }

  /** Name of a model for people, e.g. "GPT-5 · OpenAI". Rejects with `model/not-found` or `model/provider-not-found`. */
  async describe(ref: ModelRef): Promise<string> {
    const vendor = vendorOf(ref.provider);
    if (vendor !== undefined) {
      const info = toModelInfo(await this.findVscodeModel(vendor, ref.model));
      return `${info.label} · ${this.deps.vscodeModels.vendorLabel(vendor)}`;
    }
    const definition = this.getDefinition(ref.provider);
    return `${infoOf(definition, ref.model).label} · ${labelOf(definition)}`;
  }

  /** Name of a provider for people; its id where it is set up no more. */
  providerLabel(id: string): string {
    const vendor = vendorOf(id);
    const definition = this.deps.settings.find(id);
    if (vendor !== undefined) {
      return this.deps.vscodeModels.vendorLabel(vendor);
    }
    return definition === undefined ? id : labelOf(definition);
  }

  /** A provider of the settings. Rejects with `model/provider-not-found`. */
  getDefinition(id: string): ProviderDefinition {
    const definition = this.deps.settings.find(id);
    if (definition === undefined) {
      throw new AppError('model/provider-not-found', { args: { provider: id } });
    }
    return definition;
  }

  /** True when the provider has a key or needs none. */
  async isKeyPresent(definition: ProviderDefinition): Promise<boolean> {
    return !needsKey(definition) || (await this.keyOf(definition)) !== undefined;
  }

  /** Asks a provider for its models, with a key that may not be stored yet. Goes over the network. */
  async listModels(
    definition: ProviderDefinition,
    signal: AbortSignal,
    apiKey?: string,
  ): Promise<readonly ModelInfo[]> {
    const provider = await this.createProvider(definition, apiKey ?? (await this.keyOf(definition)));
    return provider.listModels(signal);
  }

  /** Makes a model the default for new sessions until another one is chosen. */
  async remember(ref: ModelRef): Promise<void> {
    await this.deps.recent.remember(ref);
    this.changed.fire();
  }

  /** Tells listeners that a key came or went. */
  notifyKeysChanged(): void {
    this.changed.fire();
  }

  dispose(): void {
    this.store.dispose();
  }

  private async resolveRef(ref: ModelRef): Promise<ResolvedModel> {
    const vendor = vendorOf(ref.provider);
    if (vendor !== undefined) {
      const info = toModelInfo(await this.findVscodeModel(vendor, ref.model));
      const provider = new VscodeLmProvider(vendor, this.deps.vscodeModels, this.deps.logger);
      return { ref, provider, info, accountKey: ref.provider };
    }
    const definition = this.getDefinition(ref.provider);
    const apiKey = await this.keyOf(definition);
    if (apiKey === undefined && needsKey(definition)) {
      throw new AppError('model/key-missing', { args: { provider: definition.id, label: labelOf(definition) } });
    }
    return {
      ref,
      provider: await this.createProvider(definition, apiKey),
      info: infoOf(definition, ref.model),
      accountKey: accountKeyOf(definition),
    };
  }

  /** The model for a session that has none: the setting, the last choice, VS Code's first, the first that is configured. */
  private async defaultRef(): Promise<ModelRef | undefined> {
    const { settings, recent, demoProviderId } = this.deps;
    if (settings.defaultModel !== '') {
      // A model that was asked for by name is never replaced by another one in silence.
      return parseModelRef(settings.defaultModel) ?? { provider: settings.defaultModel, model: '' };
    }
    const last = recent.refs[0];
    if (last !== undefined && (await this.isKnown(last))) {
      return last;
    }
    const demo = demoProviderId === undefined ? undefined : settings.find(demoProviderId);
    if (demo !== undefined) {
      return firstModelOf(demo);
    }
    const [first] = await this.deps.vscodeModels.all();
    return first === undefined
      ? this.firstConfigured()
      : { provider: providerIdOfVendor(first.vendor), model: first.id };
  }

  private async firstConfigured(): Promise<ModelRef | undefined> {
    const candidates = this.deps.settings.providers.filter((definition) => firstModelOf(definition) !== undefined);
    const usable = await Promise.all(candidates.map((definition) => this.isKeyPresent(definition)));
    const chosen = candidates.find((_, index) => usable[index] === true) ?? candidates[0];
    return chosen === undefined ? undefined : firstModelOf(chosen);
  }

  private async isKnown(ref: ModelRef): Promise<boolean> {
    const vendor = vendorOf(ref.provider);
    return vendor === undefined
      ? this.deps.settings.find(ref.provider) !== undefined
      : (await this.deps.vscodeModels.find(vendor, ref.model)) !== undefined;
  }

  private async findVscodeModel(vendor: string, id: string): Promise<vscode.LanguageModelChat> {
    const model = await this.deps.vscodeModels.find(vendor, id);
    if (model === undefined) {
      const label = this.deps.vscodeModels.vendorLabel(vendor);
      throw new AppError('model/not-found', { args: { provider: providerIdOfVendor(vendor), label, model: id } });
    }
    return model;
  }

  private keyOf(definition: ProviderDefinition): Promise<string | undefined> {
    return this.deps.secrets.get({ providerId: definition.id, origin: originOf(definition) });
  }

  private async createProvider(definition: ProviderDefinition, apiKey: string | undefined): Promise<ModelProvider> {
    const { createAiSdkProvider } = await this.loadBundle();
    const { id, kind, baseUrl, headers } = definition;
    return createAiSdkProvider({
      id,
      kind,
      label: labelOf(definition),
      models: configuredModels(definition),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(headers === undefined ? {} : { headers }),
      ...(apiKey === undefined ? {} : { apiKey }),
    });
  }

  private loadBundle(): Promise<ModelsBundle> {
    this.bundle ??= this.deps.loadModels().catch((error: unknown) => {
      this.bundle = undefined;
      throw error;
    });
    return this.bundle;
  }
}

function firstModelOf(definition: ProviderDefinition): ModelRef | undefined {
  const [model] = configuredModels(definition);
  return model === undefined ? undefined : { provider: definition.id, model: model.id };
}

/** A model may be used without standing in the settings: people pick from the list that the provider gives. */
function infoOf(definition: ProviderDefinition, model: string): ModelInfo {
  const configured = configuredModels(definition).find((candidate) => candidate.id === model);
  return {
    id: model,
    label: configured?.label ?? model,
    ...(configured?.contextWindow === undefined ? {} : { contextWindow: configured.contextWindow }),
    ...(configured?.maxOutputTokens === undefined ? {} : { maxOutputTokens: configured.maxOutputTokens }),
    supportsTools: true,
  };
}
