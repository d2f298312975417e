import * as vscode from 'vscode';
import { isCancellation } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { ModelInfo } from '../../core/turn/modelProvider';
import { toAbortSignal } from '../platform/cancellation';
import { textOfError } from '../platform/errorTexts';
import { withoutIcons } from '../sessions/sessionText';
import {
  askForItem,
  askForItems,
  askForText,
  cancelled,
  wentBack,
  type StepFrame,
  type StepResult,
} from './inputSteps';
import type { ModelRegistry } from './modelRegistry';
import { configuredModels, type ConfiguredModel, type ProviderDefinition } from './providerDefinition';
import { labelOf } from './providerPresets';

export interface ModelsStep extends StepFrame {
  readonly definition: ProviderDefinition;
  /** Key that is not stored yet. */
  readonly apiKey?: string;
  readonly registry: ModelRegistry;
  readonly logger: Logger;
}

type Models = NonNullable<ProviderDefinition['models']>;

interface WayItem extends vscode.QuickPickItem {
  readonly way: 'list' | 'type' | 'keep' | 'save-anyway';
}

/**
 * Asks which models of a provider to use: from its own list, which is fetched only when the person asks for it,
 * or by name. Either way the provider is reached once, so that a wrong address or key shows now.
 */
export async function askForModels(step: ModelsStep): Promise<StepResult<Models>> {
  let fault: string | undefined;
  let typed: Models | undefined;
  for (;;) {
    const item = await askForItem({
      ...step,
      items: waysFor(step, typed),
      placeholder: fault ?? vscode.l10n.t('Which models do you want to use?'),
    });
    if (item === wentBack || item === cancelled) {
      return item;
    }
    if (item.way === 'keep') {
      return step.definition.models ?? [];
    }
    if (item.way === 'save-anyway' && typed !== undefined) {
      return typed;
    }
    if (item.way === 'type') {
      const names = await askForNames(step);
      if (names === cancelled) {
        return names;
      }
      if (names === wentBack) {
        continue;
      }
      typed = names;
    }
    try {
      const found = await fetchModels(step);
      const chosen = item.way === 'type' && typed !== undefined ? typed : await chooseFrom(step, found);
      if (chosen !== wentBack) {
        return chosen;
      }
    } catch (error) {
      if (!isCancellation(error)) {
        step.logger.warn(`The models of ${step.definition.id} could not be listed`, error);
      }
      fault = isCancellation(error) ? undefined : textOfError(error);
    }
  }
}

function waysFor(step: ModelsStep, typed: Models | undefined): readonly WayItem[] {
  const kept = configuredModels(step.definition).length;
  return [
    { way: 'list', label: `$(cloud-download) ${vscode.l10n.t('Fetch the list from {0}', labelOf(step.definition))}` },
    { way: 'type', label: `$(edit) ${vscode.l10n.t('Type the name of a model…')}` },
    ...(kept === 0
      ? []
      : [{ way: 'keep' as const, label: `$(check) ${vscode.l10n.t('Keep the models that are set ({0})', kept)}` }]),
    ...(typed === undefined
      ? []
      : [{ way: 'save-anyway' as const, label: `$(save) ${vscode.l10n.t('Save without a connection')}` }]),
  ];
}

async function askForNames(step: ModelsStep): Promise<StepResult<Models>> {
  const text = await askForText({
    ...step,
    canGoBack: true,
    prompt: vscode.l10n.t('Names of models as the provider knows them, separated by commas'),
    value: configuredModels(step.definition)
      .map((model) => model.id)
      .join(', '),
    validate: (value) => (namesIn(value).length === 0 ? vscode.l10n.t('Enter the name of a model.') : undefined),
  });
  return text === wentBack || text === cancelled ? text : namesIn(text);
}

function namesIn(text: string): readonly string[] {
  return [
    ...new Set(
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  ];
}

async function fetchModels(step: ModelsStep): Promise<readonly ModelInfo[]> {
  const title = vscode.l10n.t('Connecting to {0}…', labelOf(step.definition));
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_, token) => {
      const abort = toAbortSignal(token);
      try {
        return await step.registry.listModels(step.definition, abort.signal, step.apiKey);
      } finally {
        abort.dispose();
      }
    },
  );
}

async function chooseFrom(step: ModelsStep, found: readonly ModelInfo[]): Promise<StepResult<Models>> {
  const items = found.map((model) => ({
    label: withoutIcons(model.label),
    description: model.label === model.id ? '' : model.id,
    model,
  }));
  const placeholder =
    found.length === 0
      ? vscode.l10n.t('The provider lists no models. Go back and type a name.')
      : vscode.l10n.t('Which models do you want to use?');
  const chosen = await askForItems({ ...step, canGoBack: true, items, placeholder });
  return chosen === wentBack || chosen === cancelled ? chosen : chosen.map((item) => toConfigured(item.model));
}

/** A plain name where there is nothing more to keep. */
function toConfigured(model: ModelInfo): string | ConfiguredModel {
  const { id, label, contextWindow, maxOutputTokens } = model;
  if (label === id && contextWindow === undefined && maxOutputTokens === undefined) {
    return id;
  }
  return {
    id,
    ...(label === id ? {} : { label }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}
