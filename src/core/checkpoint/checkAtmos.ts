import { isFields } from '../session/eventFields';
import type { Checkpoint1, CheckpointProblemCode } from './checkpoint';
import { atmosValue } from './atmosValue';
import { checkpoint1Schema, staged1 } from './checkpointSchema';
import type { CheckpointSource } from './checkpointSource';
import { checkStructure, looseFaults } from './checkpointStructure';
import { isError, type Fault } from './sourceFault';

/** An import of Atmos asks these questions one after the other; before them all values must be of the right kind. */
const order: readonly (readonly CheckpointProblemCode[])[] = [
  ['version-missing', 'version-unsupported'],
  ['name-required'],
  ['provider-required'],
  ['model-required'],
  ['messages-required'],
  ['role-required', 'role-invalid'],
  ['statistics-mismatch'],
  ['unknown-field'],
];

export interface Checked<T> {
  /** Absent when there is an error. */
  readonly document?: T;
  readonly faults: readonly Fault[];
}

/** Checks a value by the rules of Atmos 1.0. */
export function checkAtmos(source: CheckpointSource): Checked<Checkpoint1> {
  const filled = atmosValue(source);
  const version = isFields(filled) ? filled['version'] : '1.0';
  const known = isFields(filled) && typeof version === 'string' ? { ...filled, version: '1.0' } : filled;
  const { value, faults: structural } = checkStructure(staged1, known);
  const loose = looseFaults(checkpoint1Schema, source.value);
  const faults = [...loose, ...structural, ...versionFaults(version), ...countFaults(known)].sort(
    (a, b) => rankOf(a) - rankOf(b),
  );
  return faults.some(isError) ? { faults } : { document: value as Checkpoint1, faults };
}

function rankOf({ code }: Fault): number {
  return order.findIndex((codes) => codes.includes(code));
}

/** A version of another kind is found with the structure. */
function versionFaults(version: unknown): readonly Fault[] {
  if (typeof version !== 'string' || version === '1.0') {
    return [];
  }
  const args = { version, expected: '1.0, 2.0' };
  return [{ code: version === '' ? 'version-missing' : 'version-unsupported', path: ['version'], args }];
}

function countFaults(value: unknown): readonly Fault[] {
  if (!isFields(value)) {
    return [];
  }
  const { messages, statistics } = value;
  const found = isFields(statistics) ? statistics['message_count'] : undefined;
  if (!Array.isArray(messages) || typeof found !== 'number') {
    return [];
  }
  const path = ['statistics', 'message_count'];
  const args = { field: 'message_count', expected: messages.length, found };
  return [
    ...(messages.length === 0 ? [{ code: 'messages-required', path: ['messages'], args: {} } as const] : []),
    ...(messages.length === found ? [] : [{ code: 'statistics-mismatch', path, args } as const]),
  ];
}
