// Runs every check, in the order in which it is cheapest to fail. Ends with "N passed, N failed".
// Arguments: names of stages to run; all when none is named.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { cacheRoot, inProject } from './lib/paths.mjs';
import { formatSeconds, info, runMain, SetupError } from './lib/report.mjs';
import { run } from './lib/run.mjs';

const resultsFolder = path.join(cacheRoot, 'results');
const tool = (...segments) => inProject('node_modules', ...segments);
const script = (name) => inProject('scripts', name);

/** A vitest run that leaves its counts in .cache/results/<name>.json. */
const vitest = (name, config) => [
  tool('vitest', 'vitest.mjs'),
  'run',
  '--config',
  inProject(...config),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${path.join(resultsFolder, `${name}.json`)}`,
];

/** Stages in order, each with the Node programs it runs. */
const stages = {
  setup: [[script('setup.mjs')]],
  types: [
    [tool('typescript', 'bin', 'tsc'), '--project', inProject('tsconfig.json')],
    ...['core', 'protocol', 'node', 'server', 'webview', 'extension'].map((layer) => [
      tool('typescript', 'bin', 'tsc'),
      '--project',
      inProject('src', layer, 'tsconfig.json'),
    ]),
  ],
  lint: [
    [tool('eslint', 'bin', 'eslint.js'), '--max-warnings=0', '.'],
    [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    [tool('knip', 'bin', 'knip.js')],
    [script('l10n.mjs'), '--check'],
  ],
  arch: [[tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'src']],
  unit: [vitest('unit', ['vitest.config.mts'])],
  faults: [vitest('faults', ['test', 'faults', 'vitest.config.mts'])],
  build: [[inProject('esbuild.mjs'), '--production', '--metafile']],
  bundles: [[script('checkBundles.mjs')]],
  webview: [vitest('webview', ['test', 'webview', 'vitest.config.mts'])],
  inhost: [[script('inhost.mjs')]],
  e2e: [vitest('e2e', ['test', 'e2e', 'vitest.config.mts'])],
  package: [[script('package.mjs')]],
  packaged: [vitest('packaged', ['test', 'packaged', 'vitest.config.mts'])],
};

/** The whole of the faults takes too long for every change. */
const environment = { ...process.env, REJOIN_FAULTS: process.env.REJOIN_FAULTS ?? 'short' };

function chosenStages() {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => stages[name] === undefined);
  if (unknown.length > 0)
    throw new SetupError(`No such stage: ${unknown.join(', ')}. There are: ${Object.keys(stages).join(', ')}.`);
  return named.length > 0 ? named : Object.keys(stages);
}

async function runStage(name) {
  info(`\n=== ${name}`);
  const started = performance.now();
  for (const args of stages[name]) {
    const { code } = await run(process.execPath, args, { show: true, env: environment });
    if (code !== 0) {
      info(`=== ${name}: failed after ${formatSeconds(performance.now() - started)}`);
      return false;
    }
  }
  info(`=== ${name}: ${formatSeconds(performance.now() - started)}`);
  return true;
}

/** Counts of the stages that ran tests; a failed stage without failed tests counts as one failure. */
function countTests(ran, failed) {
  let passedTests = 0;
  let failedTests = 0;
  for (const name of ran) {
    const file = path.join(resultsFolder, `${name}.json`);
    if (!existsSync(file)) continue;
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    passedTests += numPassedTests;
    failedTests += numFailedTests;
  }
  if (failed && failedTests === 0) failedTests = 1;
  return `${passedTests} passed, ${failedTests} failed`;
}

await runMain(async () => {
  const names = chosenStages();
  rmSync(resultsFolder, { recursive: true, force: true });
  mkdirSync(resultsFolder, { recursive: true });
  const started = performance.now();
  const ran = [];
  let failed = false;
  for (const name of names) {
    ran.push(name);
    failed = !(await runStage(name));
    if (failed) break;
  }
  info(
    `\n${failed ? `Stopped at ${ran.at(-1)}` : `${ran.length} stages`} after ${formatSeconds(performance.now() - started)}`,
  );
  info(countTests(ran, failed));
  if (failed) process.exitCode = 1;
});
