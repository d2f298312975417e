import { hash } from 'node:crypto';
import type { SqlValue } from './sqliteBinding';

/**
 * What a seal covers, in this order for ever: another order would break every seal that is stored. A column that a
 * later schema adds may follow at the end if it is left out of the seal where it is null.
 */
export const sealedColumns = [
  'id',
  'session_id',
  'seq',
  'parent_id',
  'invocation_id',
  'turn_id',
  'event_type',
  'event_data',
  'provider',
  'model',
  'skill',
  'usage',
  'duration_ms',
  'created_at',
] as const;

/** The columns of an event that its seal is made of. */
export type SealedColumns = Readonly<Record<(typeof sealedColumns)[number], SqlValue>>;

/** What is folded of an event. */
export interface SealedPlace {
  readonly seq: number;
  readonly seal: string;
}

/** 132 bits of the hash: nobody is kept from forging, so this only has to be more than chance will hit. */
const sealLength = 22;

/** The seal that fits an event's row. It shows any other value, and a value that went to another column. */
export function sealOf(row: SealedColumns): string {
  // One text grown in a loop and hashed at once: this is paid with every event that is written or shown.
  let text = '';
  for (const name of sealedColumns) {
    text += unambiguous(row[name]);
  }
  return shortHash(text);
}

/** True when a row does not fit its seal. Without one, as earlier versions wrote it, nothing is known of the row. */
export function isAltered(row: SealedColumns & { readonly seal: string }): boolean {
  return row.seal !== '' && row.seal !== sealOf(row);
}

/**
 * The seal of a log with the events that follow it: the `seq` up to which it counts, and one hash over all seals in
 * their order. The log seal of no events is empty. Where an event has no seal of its own the log seal ends.
 */
export function foldSeals(logSeal: string, events: readonly SealedPlace[]): string {
  return events.reduce((folded, { seq, seal }) => `${seq}:${shortHash(`${hashOf(folded)}\n${seal}`)}`, logSeal);
}

/** The last `seq` that a log seal counts; 0 when it counts none. */
export function sealedUpTo(logSeal: string): number {
  const seq = Number.parseInt(logSeal, 10);
  return Number.isSafeInteger(seq) ? seq : 0;
}

/**
 * The log seal after an append, undefined where it has to stay as it is: events of an earlier version, which have no
 * seals yet, come before these, and `sealEarlier` takes up all of them in their order.
 */
export function sealAppended(
  session: { readonly log_seal: string; readonly last_seq: number },
  events: readonly SealedPlace[],
): string | undefined {
  return sealedUpTo(session.log_seal) === session.last_seq ? foldSeals(session.log_seal, events) : undefined;
}

function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, sealLength);
}

function hashOf(logSeal: string): string {
  return logSeal.slice(logSeal.indexOf(':') + 1);
}

/** The length in front keeps values apart; it counts UTF-16 units, which stay the same when SQLite stores the text. */
function unambiguous(value: SqlValue): string {
  return typeof value === 'string' ? `${value.length}:${value}` : `${value};`;
}
