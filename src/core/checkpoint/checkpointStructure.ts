import * as v from 'valibot';
import { isFields } from '../session/eventFields';
import { cutEnd } from '../turn/cutText';
import { checkpointLimits, type CheckpointProblemCode } from './checkpoint';
import { schemaCodes } from './checkpointSchema';
import { unwrapped, type SchemaNode } from './schemaNode';
import type { Fault } from './sourceFault';
import type { SourcePath } from './sourceTree';

/** Of a text that is shown for what it is. */
const longestFound = 40;

type Schema = v.GenericSchema;
type Issue = v.BaseIssue<unknown>;

/** A schema without its long lists, and what the items of these must be. */
export interface StagedSchema {
  readonly head: v.ObjectSchema<v.ObjectEntries, undefined>;
  readonly lists: Readonly<Record<string, Schema>>;
}

export interface CheckedStructure {
  /** The value without what the format does not know; only of use where nothing was found. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
}

/** Checks the lists item by item, so that one with a million faults ends the search early. In the order of the fields. */
export function checkStructure({ head, lists }: StagedSchema, value: unknown): CheckedStructure {
  const checked = v.safeParse(head, value);
  const faults = (checked.issues ?? []).map((issue) => faultOf(issue, []));
  const output: Record<string, unknown> = isFields(checked.output) ? { ...checked.output } : {};
  for (const [name, item] of Object.entries(lists)) {
    const items = output[name];
    if (Array.isArray(items)) {
      output[name] = checkItems(item, items, name, faults);
    }
  }
  const fields = Object.keys(head.entries);
  const positionOf = ({ path: [field] }: Fault): number => fields.indexOf(String(field));
  return { value: output, faults: faults.sort((a, b) => positionOf(a) - positionOf(b)) };
}

function checkItems(schema: Schema, items: readonly unknown[], name: string, faults: Fault[]): readonly unknown[] {
  const checked: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const { output, issues = [] } = v.safeParse(schema, item);
    faults.push(...issues.map((issue) => faultOf(issue, [name, index])));
    if (faults.length > checkpointLimits.maxProblems) {
      break;
    }
    checked.push(output);
  }
  return checked;
}

function faultOf(issue: Issue, base: SourcePath): Fault {
  const path = [...base, ...(issue.path ?? []).map(({ key }) => key as string | number)];
  const index = path.find((segment) => typeof segment === 'number');
  const code = codeOf(issue);
  return {
    code,
    path,
    args: {
      field: String(path.at(-1) ?? ''),
      expected: code === 'wrong-type' && isChoice(issue) ? 'string' : listed(issue.expected ?? ''),
      found: plain(cutEnd(issue.received, longestFound)),
      ...(index === undefined ? {} : { position: index + 1 }),
    },
  };
}

function codeOf(issue: Issue): CheckpointProblemCode {
  if (issue.received === 'undefined') {
    return 'missing-field';
  }
  const own: CheckpointProblemCode | undefined = schemaCodes.find((code) => code === issue.message);
  return own ?? (isChoice(issue) && issue.received.startsWith('"') ? 'bad-value' : 'wrong-type');
}

/** All values that can be chosen are texts. */
function isChoice({ type }: Issue): boolean {
  return type === 'picklist' || type === 'literal';
}

/** `("none" | "user")` as `none, user`, and `Object` as `object`. */
function listed(expected: string): string {
  return expected
    .replace(/^\((.*)\)$/, '$1')
    .split(' | ')
    .map(plain)
    .join(', ');
}

function plain(name: string): string {
  return name === 'Object' || name === 'Array' ? name.toLowerCase() : name.replace(/^"(.*?)"?$/s, '$1');
}

/**
 * What the checks of values pass over: fields that the format does not know, which an import leaves out, and lists in the
 * place of objects.
 */
export function looseFaults(node: SchemaNode, value: unknown): readonly Fault[] {
  const faults: Fault[] = [];
  const path: (string | number)[] = [];
  look(node, value);
  return faults.slice(0, checkpointLimits.maxProblems);

  function look(schema: SchemaNode, current: unknown): void {
    const { type, entries = {}, item } = unwrapped(schema);
    if (type === 'array' && Array.isArray(current) && item !== undefined) {
      current.forEach((child, index) => lookInto(item, child, index));
    } else if ((type === 'object' || type === 'record') && Array.isArray(current)) {
      const args = { field: String(path.at(-1) ?? ''), expected: 'object', found: 'array' };
      faults.push({ code: 'wrong-type', path: [...path], args });
    } else if (type === 'object' && isFields(current)) {
      lookAtFields(entries, current);
    }
  }

  function lookAtFields(
    entries: Readonly<Record<string, SchemaNode>>,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    for (const [field, child] of Object.entries(fields)) {
      const known = Object.hasOwn(entries, field) ? entries[field] : undefined;
      if (known !== undefined) {
        lookInto(known, child, field);
      } else if (faults.length < checkpointLimits.maxProblems) {
        const args = { field };
        faults.push({ code: 'unknown-field', path: [...path, field], args, severity: 'warning', part: 'key' });
      }
    }
  }

  function lookInto(schema: SchemaNode, child: unknown, segment: string | number): void {
    path.push(segment);
    look(schema, child);
    path.pop();
  }
}
