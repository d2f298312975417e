import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkpointSchemaText, schemaFile } from '../../../../scripts/checkpointSchema.mjs';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

/** Fields without words for a hover, by their paths. */
function undescribed({ properties = {}, items }: Schema, path = ''): readonly string[] {
  return [
    ...Object.entries(properties).flatMap(([name, field]) => [
      ...((field.description ?? '') === '' ? [`${path}.${name}`] : []),
      ...undescribed(field, `${path}.${name}`),
    ]),
    ...(items === undefined ? [] : undescribed(items, `${path}[]`)),
  ];
}

describe('the schema for editors', () => {
  const text = readFileSync(schemaFile, 'utf8');
  const schema = JSON.parse(text) as Record<'then' | 'else', Schema>;

  it('is what its source gives (run: node scripts/checkpointSchema.mjs)', async () => {
    expect(text).toBe(await checkpointSchemaText());
  });

  it('covers both formats and explains every field', () => {
    expect(schema.then.properties?.['version']?.const).toBe('1.0');
    expect(schema.else.properties?.['version']?.const).toBe('2.0');
    expect(schema.then.properties?.['messages']?.items?.properties?.['role']?.enum).toEqual([
      'user',
      'assistant',
      'system',
    ]);
    expect([...undescribed(schema.then), ...undescribed(schema.else)]).toEqual([]);
  });
});
