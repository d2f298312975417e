// Runs the suites of test/inhost inside VS Code's extension host, once for each kind of workspace: in desktop VS Code
// where there is one (REJOIN_VSCODE_DOWNLOAD=1 fetches it), else in VS Code's server.
// Arguments: the kinds to run, all when none is named; --bundle-only builds the suites for a debugger to run.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { findDesktopExecutable } from './lib/desktopExecutable.mjs';
import { createDesktopRunner, createServerRunner } from './lib/inhostRunners.mjs';
import { cacheRoot, inProject } from './lib/paths.mjs';
import { info, runMain, SetupError } from './lib/report.mjs';
import { workspaceKinds } from './lib/testWorkspaces.mjs';

const resultsFile = path.join(cacheRoot, 'results', 'inhost.json');
/** How often a window is opened again when VS Code lost the folders of a workspace file. */
const windowAttempts = 5;
const bundleOnly = '--bundle-only';
const testsFile = inProject('dist', 'test', 'inhost', 'index.js');

async function bundleSuites() {
  rmSync(path.dirname(testsFile), { recursive: true, force: true });
  const suites = readdirSync(inProject('test', 'inhost', 'suites'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join('test', 'inhost', 'suites', file));
  await build({
    absWorkingDir: inProject(),
    entryPoints: [path.join('test', 'inhost', 'index.ts'), ...suites],
    outbase: path.join('test', 'inhost'),
    outdir: path.dirname(testsFile),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // Mocha must be one and the same for the entry and every suite; it is found in node_modules.
    external: ['vscode', 'mocha'],
    mainFields: ['module', 'main'],
    loader: { '.node': 'copy' },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

function chosenKinds() {
  const named = process.argv.slice(2).filter((argument) => argument !== bundleOnly);
  const unknown = named.filter((kind) => workspaceKinds[kind] === undefined);
  if (unknown.length > 0) {
    throw new SetupError(
      `No such workspace kind: ${unknown.join(', ')}. There are: ${Object.keys(workspaceKinds).join(', ')}.`,
    );
  }
  return named.length > 0 ? named : Object.keys(workspaceKinds);
}

async function createRunner(runFolder) {
  const executable = findDesktopExecutable();
  if (executable !== undefined || process.env.REJOIN_VSCODE_DOWNLOAD === '1') {
    return createDesktopRunner(executable, runFolder, testsFile);
  }
  return await createServerRunner(runFolder, testsFile);
}

/** Whether VS Code itself failed to open what the tests were to run in. */
function foldersMissing(resultsOfKind) {
  return existsSync(resultsOfKind) && JSON.parse(readFileSync(resultsOfKind, 'utf8')).foldersMissing === true;
}

/** Runs one kind and gives its counts; a run that ended without counts has failed as a whole. */
async function runKind(runner, kind, runFolder) {
  info(`\n— ${kind}, ${runner.name}`);
  const kindFolder = path.join(runFolder, kind);
  mkdirSync(kindFolder, { recursive: true });
  const kindResults = path.join(kindFolder, 'results.json');
  const target = await workspaceKinds[kind](kindFolder);
  let passed = false;
  for (let attempt = 1; attempt <= windowAttempts; attempt += 1) {
    passed = await runner.run(target, { REJOIN_TEST_KIND: kind, REJOIN_TEST_RESULTS: kindResults });
    if (!foldersMissing(kindResults)) break;
    info(`  VS Code opened the workspace without its folders (window ${attempt} of ${windowAttempts}).`);
  }
  if (!existsSync(kindResults)) {
    info(`  ✗ The run ended without results; see ${path.join(cacheRoot, 'inhost')}.`);
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
  }
  const { tests, ...counts } = JSON.parse(readFileSync(kindResults, 'utf8'));
  for (const { title, error } of tests) info(error === undefined ? `  ✓ ${title}` : `  ✗ ${title}\n${error}`);
  return passed || counts.numFailedTests > 0 ? counts : { ...counts, numFailedTests: 1 };
}

await runMain(async () => {
  const kinds = chosenKinds();
  await bundleSuites();
  if (process.argv.includes(bundleOnly)) return;
  const runFolder = realpathSync(mkdtempSync(path.join(tmpdir(), 'rejoin-inhost-')));
  const runner = await createRunner(runFolder);
  const totals = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  try {
    for (const kind of kinds) {
      const counts = await runKind(runner, kind, runFolder);
      for (const name of Object.keys(totals)) totals[name] += counts[name];
    }
  } finally {
    await runner.dispose();
    rmSync(runFolder, { recursive: true, force: true, maxRetries: 3 });
  }
  mkdirSync(path.dirname(resultsFile), { recursive: true });
  writeFileSync(resultsFile, JSON.stringify(totals));
  info(`\nIn-host: ${totals.numPassedTests} passed, ${totals.numFailedTests} failed`);
  if (totals.numFailedTests > 0) process.exitCode = 1;
});
