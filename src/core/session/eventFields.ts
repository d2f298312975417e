import type { Json } from './sessionEvent';

/** The data of a stored event, read from JSON and not yet trusted. */
export type Fields = Readonly<Record<string, unknown>>;

/** Thrown for a field that is missing or of another kind; its message is the name of the field. */
export class FieldError extends Error {}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function required(fields: Fields, name: string): unknown {
  if (!Object.hasOwn(fields, name)) {
    throw new FieldError(name);
  }
  return fields[name];
}

export function text(fields: Fields, name: string): string {
  const value = required(fields, name);
  if (typeof value !== 'string') {
    throw new FieldError(name);
  }
  return value;
}

export function textOrNull(fields: Fields, name: string): string | null {
  return (fields[name] ?? null) === null ? null : text(fields, name);
}

export function flag(fields: Fields, name: string): boolean {
  const value = required(fields, name);
  if (typeof value !== 'boolean') {
    throw new FieldError(name);
  }
  return value;
}

export function count(fields: Fields, name: string): number {
  const value = required(fields, name);
  if (typeof value !== 'number') {
    throw new FieldError(name);
  }
  return value;
}

export function json(fields: Fields, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? (fields[name] as Json) : undefined;
}

export function optional<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: T };
}
