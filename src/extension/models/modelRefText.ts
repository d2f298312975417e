import type { ModelRef } from '../../core/session/session';

const vscodePrefix = 'vscode:';

/** Reads `provider/model`; the model may hold slashes itself. Undefined for anything else. */
export function parseModelRef(text: string): ModelRef | undefined {
  const slash = text.indexOf('/');
  const provider = text.slice(0, slash).trim();
  const model = text.slice(slash + 1).trim();
  return slash < 0 || provider === '' || model === '' ? undefined : { provider, model };
}

export function isSameModel(a: ModelRef | null, b: ModelRef | null): boolean {
  return a?.provider === b?.provider && a?.model === b?.model;
}

/** The vendor of a model that comes from VS Code; undefined for one of `rejoin.providers`. */
export function vendorOf(providerId: string): string | undefined {
  return providerId.startsWith(vscodePrefix) ? providerId.slice(vscodePrefix.length) : undefined;
}

export function providerIdOfVendor(vendor: string): string {
  return `${vscodePrefix}${vendor}`;
}
