// Runs the benchmarks in scripts/bench/ and prints their tables. `npm run bench -- store` runs those whose name contains "store".
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { inProject } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain, SetupError } from './lib/report.mjs';

const sourceFolder = inProject('scripts', 'bench');
const outputFolder = inProject('dist', 'bench');

await runMain(async () => {
  const [wanted = ''] = process.argv.slice(2);
  const names = readdirSync(sourceFolder)
    .filter((file) => file.endsWith('Bench.ts') && file.includes(wanted))
    .map((file) => path.basename(file, '.ts'));
  if (names.length === 0) throw new SetupError(`No benchmark is named like "${wanted}".`);
  await build({
    entryPoints: names.map((name) => path.join(sourceFolder, `${name}.ts`)),
    outdir: outputFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@vscode/sqlite3'],
    logLevel: 'warning',
  });
  // One after the other and each in a fresh process, so that none disturbs another.
  for (const name of names) {
    const { code } = await run(process.execPath, [path.join(outputFolder, `${name}.cjs`)], { show: true });
    if (code !== 0) throw new SetupError(`The benchmark ${name} failed.`);
  }
});
