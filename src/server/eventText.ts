import { cleanTitle, deriveTitle } from '../core/session/sessionTitle';
import { fieldsOf } from './sourceValue';

/** A message or an event of a checkpoint in a few words. */
export interface EventText {
  /** Who speaks, or the type of the event. */
  readonly label: string;
  /** Its first words; empty when it has none. */
  readonly words: string;
}

/** Longer texts are cut before their first words are looked for. */
const lookedAt = 2000;

/** Names what is under `messages` or `events`, whatever it is: the file may be wrong. */
export function eventText(entry: unknown): EventText {
  const { role, type, content, data } = fieldsOf(entry);
  if (type === undefined) {
    return { label: nameOf(role), words: firstWords(content) };
  }
  const { content: text, summary, name, to } = fieldsOf(data);
  // What a message says is Markdown; names are to be read as they are.
  const words = [firstWords(text), firstWords(summary), lineOf(name), lineOf(to)].find((found) => found !== '') ?? '';
  return { label: roles[nameOf(type)] ?? nameOf(type), words };
}

/** Who speaks in the events that are messages. */
const roles: Readonly<Record<string, string>> = { user_message: 'user', text: 'assistant' };

function nameOf(value: unknown): string {
  return lineOf(value) || '?';
}

function lineOf(value: unknown): string {
  return typeof value === 'string' ? cleanTitle(value.slice(0, lookedAt)) : '';
}

function firstWords(value: unknown): string {
  return typeof value === 'string' ? deriveTitle(value.slice(0, lookedAt)) : '';
}
