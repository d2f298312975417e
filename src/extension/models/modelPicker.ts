import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import { isCancellation } from '../../core/base/errors';
import type { Clock, Logger } from '../../core/base/ports';
import type { ModelRef } from '../../core/session/session';
import type { UsageRecord } from '../../core/session/sessionService';
import type { ModelInfo } from '../../core/turn/modelProvider';
import { textOfError } from '../platform/errorTexts';
import { withoutIcons } from '../sessions/sessionText';
import { isSameModel, providerIdOfVendor } from './modelRefText';
import type { ModelRegistry } from './modelRegistry';
import { configuredModels, type ProviderDefinition } from './providerDefinition';
import { accountKeyOf, labelOf } from './providerPresets';
import type { ProviderSettings } from './providerSettings';
import type { RecentModels } from './recentModels';
import { usageText } from './usageText';
import type { VscodeLmModels } from './vscodeLmModels';
import { toModelInfo } from './vscodeLmProvider';

export interface ModelPickerDeps {
  readonly registry: ModelRegistry;
  readonly settings: ProviderSettings;
  readonly vscodeModels: VscodeLmModels;
  readonly recent: RecentModels;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The model of the session shown, or the one that a new session would get. */
  currentModel(): Promise<ModelRef | null>;
  /** What a provider last said of a quota. */
  usageOf(accountKey: string): Promise<UsageRecord | undefined>;
}

type Choice =
  | { readonly kind: 'model'; readonly ref: ModelRef }
  | { readonly kind: 'fetch'; readonly definition: ProviderDefinition }
  | { readonly kind: 'add-provider' };

interface ModelItem extends vscode.QuickPickItem {
  readonly choice?: Choice;
}

/** Asks for a model: those of VS Code first, then those of each provider. Undefined when the person cancels. */
export async function pickModel(deps: ModelPickerDeps): Promise<ModelRef | 'add-provider' | undefined> {
  const picker = new ModelPicker(deps);
  try {
    return await picker.run();
  } finally {
    picker.dispose();
  }
}

class ModelPicker {
  private readonly store = new DisposableStore();
  private readonly picker = this.store.add(vscode.window.createQuickPick<ModelItem>());
  private readonly abort = new AbortController();
  private readonly fetched = new Map<string, readonly ModelInfo[]>();
  private readonly notes = new Map<string, string>();
  private vscodeModels: readonly vscode.LanguageModelChat[] = [];
  private current: ModelRef | null = null;
  private busyWith = 0;

  constructor(private readonly deps: ModelPickerDeps) {
    this.picker.title = vscode.l10n.t('Choose Model');
    this.picker.placeholder = vscode.l10n.t('Which model answers in this session?');
    this.picker.matchOnDescription = true;
    this.picker.keepScrollPosition = true;
  }

  run(): Promise<ModelRef | 'add-provider' | undefined> {
    return new Promise((resolve) => {
      this.store.add(this.picker.onDidHide(() => resolve(undefined)));
      this.store.add(
        this.picker.onDidAccept(() => {
          const choice = this.picker.selectedItems[0]?.choice;
          if (choice?.kind === 'fetch') {
            this.act(() => this.fetch(choice.definition));
          } else if (choice !== undefined) {
            resolve(choice.kind === 'model' ? choice.ref : 'add-provider');
            this.picker.hide();
          }
        }),
      );
      this.showItems();
      this.picker.show();
      this.act(() => this.loadCurrentAndNotes());
      this.act(() => this.loadVscodeModels());
    });
  }

  dispose(): void {
    this.abort.abort();
    this.store.dispose();
  }

  private act(action: () => Promise<void>): void {
    this.picker.busy = ++this.busyWith > 0;
    action()
      .catch((error: unknown) => this.deps.logger.error('The model list failed', error))
      .finally(() => {
        this.picker.busy = --this.busyWith > 0;
      });
  }

  private async loadVscodeModels(): Promise<void> {
    this.vscodeModels = await this.deps.vscodeModels.all();
    if (this.vscodeModels.length > 0) {
      this.showItems();
    }
  }

  /** Together, because a list that changes under the pointer is hard to use. */
  private async loadCurrentAndNotes(): Promise<void> {
    [this.current] = await Promise.all([this.deps.currentModel(), this.loadNotes()]);
    this.showItems();
    const item = this.picker.items.find(
      ({ choice }) => choice?.kind === 'model' && isSameModel(choice.ref, this.current),
    );
    if (item !== undefined && this.picker.value === '') {
      this.picker.activeItems = [item];
    }
  }

  private async loadNotes(): Promise<void> {
    for (const definition of this.deps.settings.providers) {
      const hasKey = await this.deps.registry.isKeyPresent(definition);
      const note = hasKey ? await this.usageNote(definition) : vscode.l10n.t('no key yet');
      this.notes.set(definition.id, note);
    }
  }

  /** The list of models has its use without the store, so a store that cannot be opened costs only this note. */
  private async usageNote(definition: ProviderDefinition): Promise<string> {
    try {
      return usageText(await this.deps.usageOf(accountKeyOf(definition)), this.deps.clock.now());
    } catch (error) {
      this.deps.logger.debug('The usage of a provider is not known', error);
      return '';
    }
  }

  private async fetch(definition: ProviderDefinition): Promise<void> {
    try {
      this.fetched.set(definition.id, await this.deps.registry.listModels(definition, this.abort.signal));
      this.notes.delete(`${definition.id}:fault`);
    } catch (error) {
      if (isCancellation(error)) {
        return;
      }
      this.deps.logger.warn(`The models of ${definition.id} could not be listed`, error);
      this.notes.set(`${definition.id}:fault`, textOfError(error));
    }
    this.showItems();
  }

  private showItems(): void {
    this.picker.items = [
      ...this.vscodeItems(),
      ...this.deps.settings.providers.flatMap((definition) => this.providerItems(definition)),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      { label: `$(add) ${vscode.l10n.t('Add Provider…')}`, alwaysShow: true, choice: { kind: 'add-provider' } },
    ];
  }

  private vscodeItems(): readonly ModelItem[] {
    const vendors = [...new Set(this.vscodeModels.map((model) => model.vendor))];
    return vendors.flatMap((vendor) => [
      separator(this.deps.vscodeModels.vendorLabel(vendor)),
      ...this.vscodeModels
        .filter((model) => model.vendor === vendor)
        .map((model) =>
          this.modelItem({ provider: providerIdOfVendor(vendor), model: model.id }, toModelInfo(model).label, ''),
        ),
    ]);
  }

  private providerItems(definition: ProviderDefinition): readonly ModelItem[] {
    const label = labelOf(definition);
    const note = this.notes.get(definition.id) ?? '';
    return [
      separator(label),
      ...this.modelsOf(definition).map((model) =>
        this.modelItem({ provider: definition.id, model: model.id }, model.label, note),
      ),
      {
        label: `$(cloud-download) ${vscode.l10n.t('Fetch the list from {0}', label)}`,
        detail: this.notes.get(`${definition.id}:fault`) ?? '',
        choice: { kind: 'fetch', definition },
      },
    ];
  }

  /** What the settings name, what was fetched, and what was chosen from such a list before. */
  private modelsOf(definition: ProviderDefinition): readonly { readonly id: string; readonly label: string }[] {
    const chosen = [...(this.current === null ? [] : [this.current]), ...this.deps.recent.refs];
    const all = [
      ...configuredModels(definition),
      ...(this.fetched.get(definition.id) ?? []),
      ...chosen.filter((ref) => ref.provider === definition.id).map((ref) => ({ id: ref.model })),
    ];
    const byId = new Map<string, { readonly id: string; readonly label: string }>();
    for (const model of all) {
      if (!byId.has(model.id)) {
        byId.set(model.id, {
          id: model.id,
          label: 'label' in model && model.label !== undefined ? model.label : model.id,
        });
      }
    }
    return [...byId.values()];
  }

  private modelItem(ref: ModelRef, label: string, note: string): ModelItem {
    const isCurrent = isSameModel(ref, this.current);
    const description = [
      ...(isCurrent ? [vscode.l10n.t('current')] : []),
      ...(label === ref.model ? [] : [ref.model]),
      note,
    ];
    return {
      label: withoutIcons(label),
      description: description
        .filter((text) => text !== '')
        .map(withoutIcons)
        .join(' · '),
      ...(isCurrent ? { iconPath: new vscode.ThemeIcon('check') } : {}),
      choice: { kind: 'model', ref },
    };
  }
}

function separator(label: string): ModelItem {
  return { label: withoutIcons(label), kind: vscode.QuickPickItemKind.Separator };
}
