import type { AssistantPart, TranscriptItem } from './transcriptItem';

/** The items, with those of `previous` and the parts of their answers instead of equal ones. */
export function reuseItems(
  items: readonly TranscriptItem[],
  previous: readonly TranscriptItem[],
): readonly TranscriptItem[] {
  const known = new Map(previous.map((item) => [item.key, item]));
  return items.map((item) => {
    const old = known.get(item.key);
    if (old === undefined) {
      return item;
    }
    if (isEqual(old, item)) {
      return old;
    }
    return old.kind === 'assistant' && item.kind === 'assistant'
      ? { ...item, parts: reuseParts(item.parts, old.parts) }
      : item;
  });
}

function reuseParts(parts: readonly AssistantPart[], previous: readonly AssistantPart[]): readonly AssistantPart[] {
  const known = new Map(previous.map((part) => [part.key, part]));
  return parts.map((part) => {
    const old = known.get(part.key);
    return old !== undefined && isEqual(old, part) ? old : part;
  });
}

/** Structural equality of the plain data that items are made of. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) {
    return true;
  }
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  ) {
    return false;
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
