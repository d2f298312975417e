import type { Json } from './sessionEvent';

export const contextTypes = ['file', 'selection', 'folder', 'problems', 'terminal', 'setting'] as const;
export type ContextType = (typeof contextTypes)[number];

/** Names an item within its session; an item attached again replaces the one before. */
export interface ContextKey {
  readonly type: ContextType;
  /** What it is taken from, as a person reads it: a path inside the folder, `path:12-40`, a setting, a terminal. */
  readonly key: string;
}

/** Something attached to a session: it goes to the model with the next message, and again whenever it has changed. */
export interface ContextItem extends ContextKey {
  /** Address to read it from again; null where the text was taken once and for all. */
  readonly uri: string | null;
  /** The text as it was read last. */
  readonly value: string;
  /** Unix milliseconds at which it was attached. */
  readonly createdAt: number;
}

/** An item as it went with a message, stored in the `context` of that message. */
export interface SentContext extends ContextKey {
  readonly value: string;
  /** It went with an earlier message already, with another text. */
  readonly changed: boolean;
}

/** The items of a stored message; whatever is none of ours is left out. */
export function sentContextOf(context: Json | undefined): readonly SentContext[] {
  return Array.isArray(context) ? context.flatMap((entry: Json) => toSentContext(entry) ?? []) : [];
}

function toSentContext(entry: Json): SentContext | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return undefined;
  }
  const { type, key, value, changed } = entry as Readonly<Record<string, Json>>;
  const known = contextTypes.find((candidate) => candidate === type);
  return known === undefined || typeof key !== 'string' || typeof value !== 'string'
    ? undefined
    : { type: known, key, value, changed: changed === true };
}
