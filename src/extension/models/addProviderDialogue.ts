import * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';
import { providerCatalog, type ProviderKind, type ProviderPreset } from '../../node/models/providerCatalog';
import { askForModels } from './addProviderModels';
import { askForItem, askForText, cancelled, wentBack, type StepFrame, type StepResult } from './inputSteps';
import type { ModelRegistry } from './modelRegistry';
import { findAddressFault, needsAddress, type ProviderDefinition } from './providerDefinition';
import { finishDraft, type ProviderDraft } from './providerDraft';
import { labelOf, needsKey, originOf } from './providerPresets';
import { assertValid, type ProviderSettings } from './providerSettings';
import type { ProviderSecrets } from './providerSecrets';

export interface AddProviderDialogueDeps {
  readonly settings: ProviderSettings;
  readonly secrets: ProviderSecrets;
  readonly registry: ModelRegistry;
  readonly logger: Logger;
}

export interface DialogueResult {
  readonly definition: ProviderDefinition;
  readonly apiKey?: string;
}

interface DialogueState {
  readonly draft: ProviderDraft;
  readonly preset?: ProviderPreset;
  readonly apiKey?: string;
  /** The entry is in the settings already and is being changed. */
  readonly isEdit: boolean;
}

/** The preset that stands for any server of the open dialect. */
const customPresetId = 'custom';

interface DialogueStep {
  isNeeded(state: DialogueState): Promise<boolean>;
  ask(state: DialogueState, frame: StepFrame): Promise<StepResult<DialogueState>>;
}

/** Asks kind → address → key → models, each only when it was not given and is needed. */
export class AddProviderDialogue {
  private readonly steps: readonly DialogueStep[];

  constructor(
    private readonly deps: AddProviderDialogueDeps,
    private readonly given: ProviderDraft,
    private readonly givenKey: string | undefined,
  ) {
    this.steps = [this.kindStep(), this.addressStep(), this.keyStep(), this.modelsStep()];
  }

  /** Undefined when the person cancels. Throws for given fields that are wrong, before anything is asked. */
  async run(): Promise<DialogueResult | undefined> {
    this.checkGiven();
    const first: DialogueState = {
      draft: this.given,
      isEdit: false,
      ...(this.givenKey === undefined ? {} : { apiKey: this.givenKey }),
    };
    const state = await this.walk(first);
    return state === undefined
      ? undefined
      : { definition: this.definitionOf(state), ...(state.apiKey === undefined ? {} : { apiKey: state.apiKey }) };
  }

  private checkGiven(): void {
    if (this.given.kind !== undefined && (this.given.baseUrl !== undefined || !needsAddress(this.given.kind))) {
      assertValid(this.definitionOf({ draft: this.given, isEdit: false }));
    }
  }

  private async walk(first: DialogueState): Promise<DialogueState | undefined> {
    const asked: { readonly index: number; readonly before: DialogueState }[] = [];
    let state = first;
    for (let index = 0; index < this.steps.length;) {
      const step = this.steps[index];
      if (step === undefined || !(await step.isNeeded(state))) {
        index++;
        continue;
      }
      const result = await step.ask(state, this.frame(asked.length + 1, index));
      if (result === cancelled) {
        return undefined;
      }
      if (result === wentBack) {
        const previous = asked.pop();
        index = previous?.index ?? index;
        state = previous?.before ?? state;
        continue;
      }
      asked.push({ index, before: state });
      state = result;
      index++;
    }
    return state;
  }

  private frame(step: number, index: number): StepFrame {
    const title = this.given.label ?? this.given.id;
    return {
      title: title === undefined ? vscode.l10n.t('Add Provider') : vscode.l10n.t('Add Provider: {0}', title),
      step,
      totalSteps: step + this.steps.length - 1 - index,
      canGoBack: step > 1,
    };
  }

  private kindStep(): DialogueStep {
    return {
      isNeeded: () => Promise.resolve(this.given.kind === undefined),
      ask: async (_, frame) => {
        const items: readonly (vscode.QuickPickItem & { readonly state?: DialogueState })[] = [
          ...providerCatalog.map((preset) => ({
            label: preset.label,
            description: preset.hint,
            state: { draft: draftOfPreset(preset, this.given), preset, isEdit: false },
          })),
          { label: vscode.l10n.t('Already set up'), kind: vscode.QuickPickItemKind.Separator },
          ...this.deps.settings.providers.map((definition) => ({
            label: labelOf(definition),
            description: definition.baseUrl ?? definition.kind,
            detail: vscode.l10n.t('Change the address, key or models of “{0}”', definition.id),
            state: { draft: definition, isEdit: true },
          })),
        ];
        const item = await askForItem({ ...frame, items, placeholder: vscode.l10n.t('Which provider answers?') });
        return item === wentBack || item === cancelled ? item : (item.state ?? cancelled);
      },
    };
  }

  private addressStep(): DialogueStep {
    return {
      isNeeded: (state) =>
        Promise.resolve(
          this.given.baseUrl === undefined &&
            (needsAddress(kindOf(state)) || state.preset?.addressExample !== undefined),
        ),
      ask: async (state, frame) => {
        const address = await askForText({
          ...frame,
          prompt: vscode.l10n.t('Address of the API. Nothing is sent to it yet.'),
          placeholder: state.preset?.addressExample ?? 'https://llm.example.com/v1',
          value: state.draft.baseUrl ?? state.preset?.baseUrl ?? '',
          validate: (value) => {
            switch (findAddressFault(value)) {
              case 'address':
                return vscode.l10n.t('Enter an address that starts with https:// or http:// and holds no password.');
              case 'insecure-address':
                return vscode.l10n.t('This address is not encrypted. Use https, or http on this machine only.');
              case undefined:
                return undefined;
            }
          },
        });
        return address === wentBack || address === cancelled
          ? address
          : { ...state, draft: { ...state.draft, baseUrl: address } };
      },
    };
  }

  private keyStep(): DialogueStep {
    return {
      isNeeded: async (state) => {
        const definition = this.definitionOf(state);
        if (this.givenKey !== undefined || !needsKey(definition)) {
          return false;
        }
        return state.isEdit || !(await this.hasKey(definition));
      },
      ask: async (state, frame) => {
        const definition = this.definitionOf(state);
        const canKeep = state.isEdit && (await this.hasKey(definition));
        const key = await askForText({
          ...frame,
          prompt: vscode.l10n.t(
            'API key for {0}. It is kept in the secret storage of VS Code and sent to this address only.',
            originOf(definition),
          ),
          placeholder: canKeep ? vscode.l10n.t('Leave empty to keep the key that is stored') : '',
          password: true,
          validate: (value) => (value === '' && !canKeep ? vscode.l10n.t('Enter the key.') : undefined),
        });
        if (key === wentBack || key === cancelled) {
          return key;
        }
        return key === '' ? state : { ...state, apiKey: key };
      },
    };
  }

  private modelsStep(): DialogueStep {
    return {
      isNeeded: () => Promise.resolve(this.given.kind === undefined && this.given.models === undefined),
      ask: async (state, frame) => {
        const models = await askForModels({
          ...frame,
          definition: this.definitionOf(state),
          registry: this.deps.registry,
          logger: this.deps.logger,
          ...(state.apiKey === undefined ? {} : { apiKey: state.apiKey }),
        });
        return models === wentBack || models === cancelled ? models : { ...state, draft: { ...state.draft, models } };
      },
    };
  }

  private async hasKey(definition: ProviderDefinition): Promise<boolean> {
    const key = await this.deps.secrets.get({ providerId: definition.id, origin: originOf(definition) });
    return key !== undefined;
  }

  private definitionOf(state: DialogueState): ProviderDefinition {
    const takenIds = this.deps.settings.providers.map((provider) => provider.id);
    return finishDraft({ ...state.draft, kind: kindOf(state) }, nameOf(state), takenIds);
  }
}

function kindOf(state: DialogueState): ProviderKind {
  return state.draft.kind ?? 'openai-compatible';
}

/** What the id of a new entry is made from. */
function nameOf({ draft, preset }: DialogueState): string {
  if (preset !== undefined && preset.id !== customPresetId) {
    return preset.id;
  }
  const host = draft.baseUrl !== undefined && URL.canParse(draft.baseUrl) ? new URL(draft.baseUrl).hostname : undefined;
  return draft.label ?? host ?? draft.kind ?? customPresetId;
}

function draftOfPreset(preset: ProviderPreset, given: ProviderDraft): ProviderDraft {
  // Providers with a kind of their own are known by it; the others are told apart by their name only.
  const hasOwnName = preset.kind === 'openai-compatible' && preset.id !== customPresetId;
  return { ...given, kind: preset.kind, ...(hasOwnName ? { label: given.label ?? preset.label } : {}) };
}
