import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Logger } from '../../core/base/ports';
import { withTimeout } from './withTimeout';

/** Asking for models can hang as long as no extension provides any. */
const selectTimeoutMs = 3000;

/**
 * The language models that extensions brought to this window. Asking makes VS Code start their extensions,
 * so nothing here asks before a person opens the chat or a list of models.
 */
export class VscodeLmModels implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private known: Promise<readonly vscode.LanguageModelChat[]> | undefined;

  readonly onDidChange = vscode.lm.onDidChangeChatModels;

  constructor(private readonly logger: Logger) {
    this.store.add(
      vscode.lm.onDidChangeChatModels(() => {
        this.known = undefined;
      }),
    );
  }

  /** Every model; empty when none comes within some seconds. */
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

  private async selectAll(): Promise<readonly vscode.LanguageModelChat[]> {
    const vendors = [...declaredVendors().keys()];
    const byVendor = await Promise.all(vendors.map((vendor) => this.select({ vendor })));
    const models = byVendor.flatMap((found) => found ?? []);
    // Vendors from another extension host are not declared here; without a selector VS Code asks them too.
    const all = models.length > 0 ? models : await this.select(undefined);
    if (all === undefined || byVendor.includes(undefined)) {
      // Too late this time is not the same as none, so the next call asks again.
      this.known = undefined;
    }
    return all ?? models;
  }

  /** Undefined when VS Code does not answer in time. */
  private async select(selector: vscode.LanguageModelChatSelector | undefined): Promise<readonly vscode.LanguageModelChat[] | undefined> {
    try {
      return await withTimeout(vscode.lm.selectChatModels(selector), selectTimeoutMs, undefined);
    } catch (error) {
      this.logger.warn('VS Code could not list its language models', error);
      return undefined;
    }
  }
}

/** Vendors that installed extensions declare, with their names. Reads manifests only. */
function declaredVendors(): ReadonlyMap<string, string> {
  const vendors = new Map<string, string>();
  for (const extension of vscode.extensions.all) {
    const manifest = extension.packageJSON as { readonly contributes?: { readonly languageModelChatProviders?: unknown } };
    const declared = manifest.contributes?.languageModelChatProviders;
    for (const entry of Array.isArray(declared) ? (declared as unknown[]) : [declared]) {
      if (typeof entry === 'object' && entry !== null && 'vendor' in entry && typeof entry.vendor === 'string') {
        vendors.set(entry.vendor, 'displayName' in entry && typeof entry.displayName === 'string' ? entry.displayName : entry.vendor);
      }
    }
  }
  return vendors;
}
