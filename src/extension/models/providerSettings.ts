import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import { AppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import { affectsSetting, readSetting } from '../contributions/configuration';
import {
  parseProviders,
  type ParsedProviders,
  type ProviderDefinition,
  type ProviderProblem,
} from './providerDefinition';

/** The settings `rejoin.providers` and `rejoin.defaultModel`. Both hold for the whole application, so no workspace can set them. */
export class ProviderSettings implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<void>());
  private parsed: ParsedProviders | undefined;
  private reported = '';

  readonly onDidChange = this.changed.event;

  /** `builtIn` stand behind those of the settings and yield to one of the same id. */
  constructor(
    private readonly logger: Logger,
    private readonly builtIn: readonly ProviderDefinition[] = [],
  ) {
    this.store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affectsSetting(event, 'providers') || affectsSetting(event, 'defaultModel')) {
          this.parsed = undefined;
          this.changed.fire();
        }
      }),
    );
  }

  /** Entries without a fault. Those with one are logged and told to the person once. */
  get providers(): readonly ProviderDefinition[] {
    this.parsed ??= this.read();
    return this.parsed.providers;
  }

  get defaultModel(): string {
    return readSetting('defaultModel').trim();
  }

  find(id: string): ProviderDefinition | undefined {
    return this.providers.find((provider) => provider.id === id);
  }

  /**
   * Adds an entry to the person's settings, or replaces the one of the same id. Entries that could not be read stay
   * as they are. Rejects with `provider/invalid` or `provider/insecure-address`.
   */
  async save(definition: ProviderDefinition): Promise<void> {
    assertValid(definition);
    const entries = this.entriesOfUser();
    const at = entries.findIndex((entry) => idOf(entry) === definition.id);
    await this.write(at < 0 ? [...entries, definition] : entries.with(at, definition));
  }

  /** Removes an entry. Does nothing when there is none of that id. */
  async remove(id: string): Promise<void> {
    const entries = this.entriesOfUser();
    const kept = entries.filter((entry) => idOf(entry) !== id);
    if (kept.length < entries.length) {
      await this.write(kept);
    }
  }

  dispose(): void {
    this.store.dispose();
  }

  private read(): ParsedProviders {
    const parsed = parseProviders(readSetting('providers'));
    this.report(parsed.problems);
    const ids = new Set(parsed.providers.map((provider) => provider.id));
    return { ...parsed, providers: [...parsed.providers, ...this.builtIn.filter((provider) => !ids.has(provider.id))] };
  }

  private report(problems: readonly ProviderProblem[]): void {
    const texts = problems.map(describeProviderProblem);
    const all = texts.join('\n');
    if (all === this.reported) {
      return;
    }
    this.reported = all;
    const [first] = texts;
    if (first === undefined) {
      return;
    }
    texts.forEach((text) => this.logger.warn(text));
    const openSettings = vscode.l10n.t('Open Settings');
    void vscode.window.showWarningMessage(first, openSettings).then((choice) => {
      if (choice === openSettings) {
        void vscode.commands.executeCommand('workbench.action.openSettings', '@id:rejoin.providers');
      }
    });
  }

  private entriesOfUser(): readonly unknown[] {
    const value: unknown = vscode.workspace.getConfiguration('rejoin').inspect<unknown>('providers')?.globalValue;
    if (value !== undefined && !Array.isArray(value)) {
      throw new AppError('provider/invalid', { args: { id: '', reason: vscode.l10n.t('the setting is not a list') } });
    }
    return (value as readonly unknown[] | undefined) ?? [];
  }

  private async write(entries: readonly unknown[]): Promise<void> {
    await vscode.workspace.getConfiguration('rejoin').update('providers', entries, vscode.ConfigurationTarget.Global);
    this.parsed = undefined;
  }
}

/** Throws `provider/invalid` or `provider/insecure-address` for an entry that could not be used. */
export function assertValid(definition: ProviderDefinition): void {
  const [problem] = parseProviders([definition]).problems;
  if (problem === undefined) {
    return;
  }
  throw problem.code === 'insecure-address'
    ? new AppError('provider/insecure-address', { args: { url: problem.value } })
    : new AppError('provider/invalid', { args: { id: problem.id, reason: reasonOf(problem) } });
}

/** What is wrong with an entry of `rejoin.providers`, as a sentence. */
export function describeProviderProblem(problem: ProviderProblem): string {
  const name = problem.id === '' ? String(problem.index + 1) : problem.id;
  return vscode.l10n.t('Provider “{0}” in rejoin.providers is left out: {1}', name, reasonOf(problem));
}

function reasonOf(problem: ProviderProblem): string {
  switch (problem.code) {
    case 'not-an-object':
      return vscode.l10n.t('an object with id and kind is expected.');
    case 'id':
      return vscode.l10n.t('“id” must be 1 to 64 letters, digits, dots, dashes or underscores.');
    case 'duplicate-id':
      return vscode.l10n.t('another entry has the same id.');
    case 'kind':
      return vscode.l10n.t('the kind “{0}” is not known.', problem.value);
    case 'label':
      return vscode.l10n.t('“label” must be a text.');
    case 'address-missing':
      return vscode.l10n.t('this kind needs an address in “baseUrl”.');
    case 'address':
      return vscode.l10n.t(
        '“{0}” is not an address that starts with https:// or http:// and holds no password.',
        problem.value,
      );
    case 'insecure-address':
      return vscode.l10n.t('“{0}” is not encrypted. Use https, or http on this machine only.', problem.value);
    case 'models':
      return vscode.l10n.t('“models” must be a list of names or of objects with an id.');
    case 'headers':
      return vscode.l10n.t('“headers” must hold texts by header name.');
    case 'key-in-headers':
      return vscode.l10n.t('keys do not belong in settings. Enter the key with “Add Provider…”.');
  }
}

function idOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined;
}
