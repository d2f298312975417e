import type { ModelRef } from '../../core/session/session';
import { providerIdOfVendor } from './modelRefText';
import { configuredModels } from './providerDefinition';
import { labelOf } from './providerPresets';
import type { ProviderSettings } from './providerSettings';
import type { RecentModels } from './recentModels';
import type { VscodeLmModels } from './vscodeLmModels';
import { toModelInfo } from './vscodeLmProvider';

export interface KnownModel {
  readonly ref: ModelRef;
  /** Name for people. */
  readonly label: string;
}

export interface KnownProvider {
  readonly id: string;
  /** Name for people. */
  readonly label: string;
  /** At least one. */
  readonly models: readonly KnownModel[];
}

export interface KnownModelsDeps {
  readonly settings: Pick<ProviderSettings, 'providers'>;
  readonly vscodeModels: Pick<VscodeLmModels, 'all' | 'vendorLabel'>;
  readonly recent: Pick<RecentModels, 'refs'>;
}

/** Providers with the models that are known of them without asking over the network, those of VS Code first. */
export async function listKnownModels({
  settings,
  vscodeModels,
  recent,
}: KnownModelsDeps): Promise<readonly KnownProvider[]> {
  const models = await vscodeModels.all();
  const vendors = [...new Set(models.map(({ vendor }) => vendor))];
  const ofVscode = vendors.map((vendor) => {
    const id = providerIdOfVendor(vendor);
    const own = models.filter((model) => model.vendor === vendor);
    return {
      id,
      label: vscodeModels.vendorLabel(vendor),
      models: own.map((model) => ({ ref: { provider: id, model: model.id }, label: toModelInfo(model).label })),
    };
  });
  const ofSettings = settings.providers.map((definition) => {
    const { id } = definition;
    const chosen = recent.refs.filter(({ provider }) => provider === id).map(({ model }) => ({ id: model }));
    const all = new Map([...chosen, ...configuredModels(definition)].map((model) => [model.id, model]));
    return {
      id,
      label: labelOf(definition),
      models: [...all.values()].map((model) => ({
        ref: { provider: id, model: model.id },
        label: labelOfModel(model),
      })),
    };
  });
  return [...ofVscode, ...ofSettings].filter((provider) => provider.models.length > 0);
}

function labelOfModel(model: { readonly id: string; readonly label?: string }): string {
  return model.label ?? model.id;
}
