// Checks the production bundles: each within its size, and each Node bundle loads by itself.
import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inProject } from './lib/paths.mjs';
import { info, runMain, SetupError } from './lib/report.mjs';
import { run } from './lib/run.mjs';

const limits = {
  extension: 600_000,
  webview: 300_000,
  models: 2_500_000,
  languageClient: 600_000,
  checkpoints: 300_000,
  server: 600_000,
};
const nodeBundles = ['extension', 'models', 'languageClient', 'checkpoints', 'server'];
/** Bundles that are a program: they export nothing and go on until they are told to end. */
const programs = ['checkpoints', 'server'];
/** A program looks here for the way in which it is talked to. */
const programArguments = ['--stdio'];

/**
 * Loads a bundle with a stand-in for 'vscode' that answers every access with itself, so that only what
 * a bundle does while loading is tried: a package left out, or one that reads a file beside itself, fails here.
 */
const loadScript = `
  const Module = require('node:module');
  const stub = new Proxy(class {}, {
    get: (target, key) => (key in target ? target[key] : stub),
    apply: () => stub,
  });
  const load = Module._load;
  Module._load = (request, ...rest) => (request === 'vscode' ? stub : load(request, ...rest));
  const started = performance.now();
  const exported = Object.keys(require(process.argv[1]));
  require('node:fs').writeSync(1, JSON.stringify({ exported, milliseconds: performance.now() - started }));
  process.exit(0);
`;

function checkSize(name) {
  const file = inProject('dist', `${name}.js`);
  if (!existsSync(file)) throw new SetupError(`${file} is missing: run npm run build -- --production first.`);
  const bytes = statSync(file).size;
  if (bytes > limits[name]) throw new SetupError(`dist/${name}.js has ${bytes} bytes; its limit is ${limits[name]}.`);
  return bytes;
}

async function checkLoad(name) {
  // Loaded from a copy elsewhere, so that a package missing from the bundle is not found in node_modules.
  const folder = mkdtempSync(path.join(tmpdir(), 'rejoin-bundles-'));
  cpSync(inProject('dist'), folder, { recursive: true });
  const { code, output } = await run(
    process.execPath,
    ['-e', loadScript, path.join(folder, `${name}.js`), ...programArguments],
    { cwd: folder },
  );
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new SetupError(`dist/${name}.js does not load:\n${output}`);
  const { exported, milliseconds } = JSON.parse(output.trim().split('\n').at(-1));
  if (name === 'extension' && !exported.includes('activate'))
    throw new SetupError('dist/extension.js exports no activate().');
  if (exported.length === 0 && !programs.includes(name)) throw new SetupError(`dist/${name}.js exports nothing.`);
  return milliseconds;
}

await runMain(async () => {
  for (const name of Object.keys(limits)) {
    const bytes = checkSize(name);
    const load = nodeBundles.includes(name) ? `, loads in ${(await checkLoad(name)).toFixed(0)} ms` : '';
    info(`dist/${name}.js ${(bytes / 1000).toFixed(0)} KB of ${limits[name] / 1000} KB${load}`);
  }
});
