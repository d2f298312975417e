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
}

interface TestResult {
  readonly title: string;
  /** What went wrong; absent when the test passed. */
  readonly error?: string;
}

/** VS Code's own output surrounds the tests, so nothing is printed here: results go to a file and are printed outside. */
const silentReporter = Mocha.reporters.Base;

const foldersTimeoutMs = 20_000;

/**
 * Entry that VS Code calls in its extension host. Runs the suites of `suites/all` and of the folder named
 * after the kind of workspace that is open (`REJOIN_TEST_KIND`).
 */
export async function run(): Promise<void> {
  const kind = process.env['REJOIN_TEST_KIND'] ?? 'singleFolder';
  await foldersLoaded();
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, forbidOnly: true, reporter: silentReporter });
  for (const file of ['all', kind].flatMap(suiteFiles)) mocha.addFile(file);
  const results = await runMocha(mocha);
  const resultsFile = process.env['REJOIN_TEST_RESULTS'];
  if (resultsFile !== undefined) {
    mkdirSync(path.dirname(resultsFile), { recursive: true });
    writeFileSync(resultsFile, JSON.stringify(results));
  }
  if (results.numPassedTests + results.numFailedTests === 0) throw new Error(`No test ran for ${kind}.`);
  if (results.numFailedTests > 0) throw new Error(`${results.numFailedTests} test(s) failed.`);
}

/** In a remote window the folders of a workspace file may arrive after the extension host has started. */
async function foldersLoaded(): Promise<void> {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  if (workspaceFile === undefined || (workspaceFolders ?? []).length > 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The folders of the workspace did not arrive.')), foldersTimeoutMs);
    const subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    });
  });
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
