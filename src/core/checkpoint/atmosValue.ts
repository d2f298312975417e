import { isFields } from '../session/eventFields';
import { checkpoint1Schema } from './checkpointSchema';
import type { CheckpointSource } from './checkpointSource';
import { parseLooseTime } from './checkpointTime';
import { unwrapped, type SchemaNode } from './schemaNode';
import type { SourcePath } from './sourceTree';

const switches: ReadonlyMap<unknown, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

/**
 * The value of a file as Atmos reads it into its types: what is absent or null is empty there, and YAML takes any single
 * value for a text, words for a switch, and shorter forms of a time.
 */
export function atmosValue(source: CheckpointSource): unknown {
  return fill(checkpoint1Schema, source.value, []);

  function fill(schema: SchemaNode, value: unknown, path: SourcePath): unknown {
    const { type, entries, item } = schema;
    if (entries !== undefined) {
      return fillObject(entries, value ?? {}, path);
    }
    if (item !== undefined) {
      const items = value ?? [];
      return Array.isArray(items) ? items.map((child, index) => fill(item, child, [...path, index])) : items;
    }
    switch (type) {
      case 'string':
      case 'literal':
        return source.syntax === 'yaml' ? yamlText(schema, value ?? '', path) : (value ?? '');
      case 'number':
        return source.syntax === 'yaml' && typeof value === 'number' ? Math.trunc(value) : (value ?? 0);
      case 'boolean':
        return source.syntax === 'yaml' && isPlain(value, path) ? (switches.get(value) ?? value) : value;
      default:
        return value;
    }
  }

  function fillObject(entries: NonNullable<SchemaNode['entries']>, value: unknown, path: SourcePath): unknown {
    if (!isFields(value)) {
      return value;
    }
    const filled = Object.entries(entries).flatMap(([name, entry]) => {
      const child = Object.hasOwn(value, name) ? value[name] : undefined;
      const isLeftOut = entry.wrapped !== undefined && (child ?? null) === null;
      return isLeftOut ? [] : [[name, fill(unwrapped(entry), child, [...path, name])] as const];
    });
    return Object.fromEntries(filled);
  }

  function yamlText(schema: SchemaNode, value: unknown, path: SourcePath): unknown {
    const isTime = schema.pipe?.some(({ message }) => message === 'bad-time') === true;
    if (isTime) {
      return typeof value === 'string' && isPlain(value, path) ? (parseLooseTime(value) ?? value) : value;
    }
    return typeof value === 'number' || typeof value === 'boolean' ? source.textAt(path) : value;
  }

  /** A text without quotes. */
  function isPlain(value: unknown, path: SourcePath): boolean {
    return typeof value === 'string' && source.textAt(path) === value;
  }
}
