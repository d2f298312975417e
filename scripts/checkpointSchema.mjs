// Writes media/checkpoint.schema.json, by which editors check, complete and explain checkpoints.
// The schema in src/core/checkpoint/checkpointSchema.ts is its only source.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { build } from 'esbuild';
import { format } from 'prettier';
import { inProject } from './lib/paths.mjs';

export const schemaFile = inProject('media', 'checkpoint.schema.json');

/** The text of the schema: a file is checked by the rules of the version that it names, and else by ours. */
export async function checkpointSchemaText() {
  const { outputFiles } = await build({
    entryPoints: [inProject('src', 'core', 'checkpoint', 'checkpointSchema.ts')],
    bundle: true,
    format: 'esm',
    mainFields: ['module', 'main'],
    write: false,
  });
  const { checkpoint1Schema, checkpoint2Schema } = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
  );
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Checkpoint',
    description: 'A session of Rejoin in a file: format 2.0, or Atmos 1.0.',
    type: 'object',
    required: ['version'],
    properties: { version: { enum: ['2.0', '1.0'], description: 'Version of the format.' } },
    if: { required: ['version'], properties: { version: { const: '1.0' } } },
    then: bare(checkpoint1Schema),
    else: bare(checkpoint2Schema),
  };
  return format(JSON.stringify(schema), { parser: 'json' });
}

function bare(schema) {
  const converted = { ...toJsonSchema(schema, { overrideAction, typeMode: 'output' }) };
  delete converted.$schema;
  return converted;
}

/** The only check without a counterpart is that of times. */
function overrideAction({ valibotAction, jsonSchema }) {
  return valibotAction.type === 'check' ? { ...jsonSchema, format: 'date-time' } : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(schemaFile, await checkpointSchemaText());
}
