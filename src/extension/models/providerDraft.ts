import { AppError } from '../../core/base/errors';
import type { ProviderKind } from '../../node/models/providerCatalog';
import { parseProviders, type ProviderDefinition } from './providerDefinition';

/** A provider that is being set up: whatever is known of it so far. */
export type ProviderDraft = Partial<ProviderDefinition>;

/** A draft that can be saved but for its id. */
export type CompleteDraft = ProviderDraft & { readonly kind: ProviderKind };

/**
 * Reads the argument of `rejoin.addProvider`. What is there must be right; what is missing is asked for later.
 * Throws `argument/invalid`; faults in single fields are told when the whole entry is checked.
 */
export function readDraft(argument: unknown): ProviderDraft {
  if (argument === undefined || argument === null) {
    return {};
  }
  if (typeof argument !== 'object' || Array.isArray(argument)) {
    throw new AppError('argument/invalid', {
      args: { name: 'definition', reason: 'an entry of rejoin.providers is expected' },
    });
  }
  return argument;
}

/** The entry to save. A draft without an id gets one made from `name` that no other entry has. */
export function finishDraft(draft: CompleteDraft, name: string, takenIds: readonly string[]): ProviderDefinition {
  const entry: ProviderDefinition = { ...draft, id: draft.id ?? uniqueId(name, takenIds) };
  // Reading it back drops empty fields and whatever else the caller put into the object.
  return parseProviders([entry]).providers[0] ?? entry;
}

function uniqueId(name: string, taken: readonly string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 48) || 'provider';
  let id = base;
  for (let number = 2; taken.includes(id); number++) {
    id = `${base}-${number}`;
  }
  return id;
}
