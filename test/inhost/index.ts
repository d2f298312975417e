import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/** Written after a run for scripts/inhost.mjs; the counts are named as in vitest's JSON report, so that both add up. */
interface RunResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly tests: readonly TestResult[];
  /** The window opened a workspace file without its folders, so nothing ran; another window may have them. */
  readonly foldersMissing?: true;
}

interface TestResult {
  readonly title: string;
  /** What went wrong; absent when the test passed. */
  readonly error?: string;
}

/** VS Code's own output surrounds the tests, so nothing is printed here: results go to a file and are printed outside. */
const silentReporter = Mocha.reporters.Base;

const foldersTimeoutMs = 10_000;

/**
 * Entry that VS Code calls in its extension host. Runs the suites of `suites/all` and of the folder named
 * after the kind of workspace that is open (`REJOIN_TEST_KIND`).
 */
export async function run(): Promise<void> {
  const kind = process.env['REJOIN_TEST_KIND'] ?? 'singleFolder';
  if (!(await foldersLoaded())) {
    writeResults({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, tests: [], foldersMissing: true });
    throw new Error('The folders of the workspace did not arrive.');
  }
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, forbidOnly: true, reporter: silentReporter, color: false });
  for (const file of ['all', kind].flatMap(suiteFiles)) mocha.addFile(file);
  const results = await runMocha(mocha);
  writeResults(results);
  if (results.numPassedTests + results.numFailedTests === 0) throw new Error(`No test ran for ${kind}.`);
  if (results.numFailedTests > 0) throw new Error(`${results.numFailedTests} test(s) failed.`);
}

function writeResults(results: RunResults): void {
  const file = process.env['REJOIN_TEST_RESULTS'];
  if (file === undefined) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(results));
}

/**
 * Whether the folders of a workspace file are there, after waiting for them. In the browser VS Code sometimes misses
 * them when it reads the file, and takes them for none.
 */
async function foldersLoaded(): Promise<boolean> {
  if (vscode.workspace.workspaceFile === undefined) return true;
  const deadline = Date.now() + foldersTimeoutMs;
  while (Date.now() < deadline) {
    if ((vscode.workspace.workspaceFolders ?? []).length > 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

function suiteFiles(folder: string): string[] {
  const absolute = path.join(__dirname, 'suites', folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute)
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => path.join(absolute, name));
}

async function runMocha(mocha: Mocha): Promise<RunResults> {
  const tests: TestResult[] = [];
  return await new Promise((resolve) => {
    const runner = mocha.run(() => {
      const numFailedTests = tests.filter((test) => test.error !== undefined).length;
      const numPassedTests = tests.length - numFailedTests;
      resolve({ numPassedTests, numFailedTests, numPendingTests: pending, tests });
    });
    let pending = 0;
    runner.on('pass', (test) => tests.push({ title: test.fullTitle() }));
    runner.on('fail', (test, error: Error) =>
      tests.push({ title: test.fullTitle(), error: error.stack ?? error.message }),
    );
    runner.on('pending', () => (pending += 1));
  });
}
