// Builds the bundles into dist/. Options: --production (minified, every entry must exist), --watch, --metafile, --out=<folder>.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { webviewAliases } from './scripts/lib/webviewAliases.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');
const outFolder = [...flags].find((flag) => flag.startsWith('--out='))?.slice('--out='.length) ?? 'dist';

const nodeBundle = {
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // Only the bundles of the extension may meet 'vscode'; elsewhere an import of it is a broken layer and fails the build.
  external: [],
  // Some packages have a 'main' that esbuild cannot follow; 'module' comes first for them.
  mainFields: ['module', 'main'],
  // The native module is copied next to the bundle, so that the packaged extension needs no node_modules.
  loader: { '.node': 'copy' },
  assetNames: '[name]',
};

/** Options of every bundle by name; `entry` is its source file. */
export const bundles = {
  extension: { entry: 'src/extension/extension.ts', ...nodeBundle, external: ['vscode'] },
  models: { entry: 'src/node/models/modelsBundle.ts', ...nodeBundle },
  languageClient: {
    entry: 'src/extension/checkpoints/languageClientBundle.ts',
    ...nodeBundle,
    external: ['vscode'],
  },
  checkpoints: { entry: 'src/node/checkpoints/checkpointWorker.ts', ...nodeBundle },
  server: { entry: 'src/server/main.ts', ...nodeBundle },
  webview: {
    entry: 'src/webview/main.tsx',
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    alias: webviewAliases,
    jsx: 'automatic',
    jsxImportSource: 'preact',
  },
};

function optionsOf(name) {
  const { entry, ...options } = bundles[name];
  return {
    ...options,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join(outFolder, `${name}.js`),
    bundle: true,
    minify: production,
    sourcemap: !production,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
    plugins: flags.has('--watch') ? [watchReporter(name)] : [],
  };
}

/** Prints what the problem matcher in .vscode/tasks.json waits for. */
function watchReporter(name) {
  return {
    name: 'watch-reporter',
    setup(pluginBuild) {
      pluginBuild.onStart(() => console.log(`[watch] build started (${name})`));
      pluginBuild.onEnd(() => console.log(`[watch] build finished (${name})`));
    },
  };
}

function presentBundles() {
  const names = Object.keys(bundles);
  const missing = names.filter((name) => !existsSync(path.join(root, bundles[name].entry)));
  if (missing.length > 0 && production) {
    throw new Error(`No source for: ${missing.map((name) => bundles[name].entry).join(', ')}`);
  }
  return names.filter((name) => !missing.includes(name));
}

function writeMetafile(name, metafile) {
  const folder = path.join(root, '.cache', 'metafiles');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(metafile, undefined, 2));
}

async function buildOnce() {
  // What an earlier build left behind must not end up in a package.
  if (production) rmSync(path.resolve(root, outFolder), { recursive: true, force: true });
  for (const name of presentBundles()) {
    const { metafile } = await build(optionsOf(name));
    if (flags.has('--metafile')) writeMetafile(name, metafile);
  }
}

async function watch() {
  for (const name of presentBundles()) {
    const watched = await context(optionsOf(name));
    await watched.watch();
  }
}

try {
  await (flags.has('--watch') ? watch() : buildOnce());
} catch (error) {
  console.error(error.errors === undefined ? error : `Build failed: ${error.message}`);
  process.exitCode = 1;
}
