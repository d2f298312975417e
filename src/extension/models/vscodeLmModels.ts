import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Logger } from '../../core/base/ports';
import { withTimeout } from './withTimeout';

/** An extension may have to start before it can tell its models. */
const selectTimeoutMs = 3000;
/** Asking without a vendor hangs as long as no extension provides models, so nobody waits for that for long. */
const selectAllTimeoutMs = 250;

/**
 * The language models that extensions brought to this window. Asking makes VS Code start their extensions,
 * so nothing here asks before a person opens the chat or a list of models.
 */
export class VscodeLmModels implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<void>());
  private known: Promise<readonly vscode.LanguageModelChat[]> | undefined;

  /** Fires when models may have come or gone. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly logger: Logger) {
    this.store.add(vscode.lm.onDidChangeChatModels(() => this.forget()));
  }

  /** Every model; those that take longer than some seconds come with a later change. */
  all(): Promise<readonly vscode.LanguageModelChat[]> {
    this.known ??= this.selectAll();
    return this.known;
  }

  /** A model by vendor and id, or undefined when it is not there. */
  async find(vendor: string, id: string): Promise<vscode.LanguageModelChat | undefined> {
    return (await this.select({ vendor, id }))?.[0];
  }

  /** Name of a vendor as its extension declares it. */
  vendorLabel(vendor: string): string {
    return declaredVendors().get(vendor) ?? vendor;
  }

  dispose(): void {
    this.store.dispose();
  }

  private forget(): void {
    this.known = undefined;
    this.changed.fire();
  }

  private async selectAll(): Promise<readonly vscode.LanguageModelChat[]> {
    const vendors = [...declaredVendors().keys()];
    const byVendor = await Promise.all(vendors.map((vendor) => this.select({ vendor })));
    const models = byVendor.flatMap((found) => found ?? []);
    if (models.length > 0 || byVendor.includes(undefined)) {
      return models;
    }
    // Vendors from another extension host are not declared here; without a selector VS Code asks them too.
    return (await this.select(undefined)) ?? [];
  }

  /** Undefined when VS Code does not answer in time. */
  private async select(
    selector: vscode.LanguageModelChatSelector | undefined,
  ): Promise<readonly vscode.LanguageModelChat[] | undefined> {
    try {
      const answer = vscode.lm.selectChatModels(selector);
      const models = await withTimeout(
        answer,
        selector === undefined ? selectAllTimeoutMs : selectTimeoutMs,
        undefined,
      );
      if (models === undefined && selector?.id === undefined) {
        this.addLate(answer);
      }
      return models;
    } catch (error) {
      this.logger.warn('VS Code could not list its language models', error);
      return undefined;
    }
  }

  private addLate(answer: Thenable<readonly vscode.LanguageModelChat[]>): void {
    answer.then(
      async (late) => {
        const before = await this.all();
        const added = late.filter(
          (model) => !before.some(({ vendor, id }) => vendor === model.vendor && id === model.id),
        );
        if (added.length > 0) {
          this.known = Promise.resolve([...before, ...added]);
          this.changed.fire();
        }
      },
      (error: unknown) => this.logger.debug('VS Code could not list its language models', error),
    );
  }
}

/** Vendors that installed extensions declare, with their names. Reads manifests only. */
function declaredVendors(): ReadonlyMap<string, string> {
  const vendors = new Map<string, string>();
  for (const extension of vscode.extensions.all) {
    const manifest = extension.packageJSON as {
      readonly contributes?: { readonly languageModelChatProviders?: unknown };
    };
    const declared = manifest.contributes?.languageModelChatProviders;
    for (const entry of Array.isArray(declared) ? (declared as unknown[]) : [declared]) {
      if (typeof entry === 'object' && entry !== null && 'vendor' in entry && typeof entry.vendor === 'string') {
        vendors.set(
          entry.vendor,
          'displayName' in entry && typeof entry.displayName === 'string' ? entry.displayName : entry.vendor,
        );
      }
    }
  }
  return vendors;
}
