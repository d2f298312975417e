// Runs the benchmarks in scripts/bench/ and prints their tables. `npm run bench -- store` runs those whose name contains "store".
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { cacheRoot, inProject } from './lib/paths.mjs';
import { run, runChecked } from './lib/run.mjs';
import { runMain, SetupError } from './lib/report.mjs';

const sourceFolder = inProject('scripts', 'bench');
const outputFolder = inProject('dist', 'bench');
const extensionFolder = path.join(cacheRoot, 'bench', 'extension');

/** These measure what they bundle themselves, not the extension. */
const withoutExtension = new Set(['storeBench', 'promptBench', 'checkpointBench']);

/** Scripts know their place by import.meta.url, which bundling them would change. */
const keepScriptsApart = {
  name: 'keep-scripts-apart',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /\/scripts\/lib\/[^/]+\.mjs$/ }, ({ path: file, resolveDir }) => ({
      path: pathToFileURL(path.resolve(resolveDir, file)).href,
      external: true,
    }));
  },
};

/** The extension as it is packaged, in a folder of its own so that the bundles in dist/ stay what they are. */
async function buildExtension() {
  rmSync(extensionFolder, { recursive: true, force: true });
  const bundles = path.relative(inProject(), path.join(extensionFolder, 'dist'));
  await runChecked(process.execPath, [inProject('esbuild.mjs'), '--production', `--out=${bundles}`]);
  for (const part of ['package.json', 'package.nls.json', 'l10n', 'media', 'migrations']) {
    cpSync(inProject(part), path.join(extensionFolder, part), { recursive: true });
  }
}

await runMain(async () => {
  const [wanted = ''] = process.argv.slice(2);
  const names = readdirSync(sourceFolder)
    .filter((file) => file.endsWith('Bench.ts') && file.includes(wanted))
    .map((file) => path.basename(file, '.ts'));
  if (names.length === 0) throw new SetupError(`No benchmark is named like "${wanted}".`);
  if (names.some((name) => !withoutExtension.has(name))) await buildExtension();
  await build({
    entryPoints: names.map((name) => path.join(sourceFolder, `${name}.ts`)),
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    plugins: [keepScriptsApart],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  // One after the other and each in a fresh process, so that none disturbs another.
  for (const name of names) {
    const { code } = await run(process.execPath, [path.join(outputFolder, `${name}.mjs`)], {
      show: true,
      env: { ...process.env, REJOIN_BENCH_EXTENSION: extensionFolder },
    });
    if (code !== 0) throw new SetupError(`The benchmark ${name} failed.`);
  }
});
