import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, type BuildOptions } from 'esbuild';
import type { StormTask } from './stormWriter';

const root = join(import.meta.dirname, '..', '..');

/** What a process of its own does with a store; see `storeProgram.ts`. */
export type StoreTask =
  | { readonly kind: 'open' }
  | { readonly kind: 'append'; readonly sessionId: string; readonly count: number }
  | { readonly kind: 'name'; readonly title: string; readonly count: number }
  | { readonly kind: 'appendForever'; readonly sessionId: string }
  | { readonly kind: 'modes'; readonly umask: number }
  /** Writes a file of that many letters in one step, as an export does; uses no store. */
  | { readonly kind: 'writeFile'; readonly path: string; readonly bytes: number }
  /** Puts a backup, or nothing at all where there is no path, in the place of the store. */
  | { readonly kind: 'restore'; readonly backup?: string }
  /** Does what it is told on its standard input; see `storeServer.ts`. */
  | { readonly kind: 'serve' }
  | StormTask;

export interface StoreProcessOptions {
  /** A program and its arguments that runs the process, such as a tracer. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Migrations that the process knows; those of this version unless it is to be another one. */
  readonly migrations?: string;
  /** What it writes of errors that the test causes is not shown. */
  readonly quiet?: true;
}

export interface StoreProcess {
  readonly child: ChildProcess;
  /** Lines of its output so far, each written after the store had acknowledged what it names. */
  readonly lines: readonly string[];
  /** Calls back with each line from now on. */
  onLine(listener: (line: string) => void): void;
  /** Resolves with the exit code (null after a signal) when its output has been read to the end. */
  readonly done: Promise<number | null>;
}

/** Compiles the program once per test file. The bundle lies in the project, so that the native module is found. */
export function buildStoreProgram(): Promise<string> {
  const outfile = join(root, '.cache', 'test-programs', `storeProgram.${process.pid}.cjs`);
  return bundleProgram(outfile, { external: ['@vscode/sqlite3'] });
}

/** The program in a folder of its own, with the native module beside it as an installed extension has it. */
export function buildInstalledProgram(folder: string): Promise<string> {
  return bundleProgram(join(folder, 'storeProgram.cjs'), { loader: { '.node': 'copy' }, assetNames: '[name]' });
}

async function bundleProgram(outfile: string, options: BuildOptions): Promise<string> {
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    ...options,
    entryPoints: [join(import.meta.dirname, 'storeProgram.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { 'import.meta.dirname': JSON.stringify(import.meta.dirname) },
    logLevel: 'error',
  });
  return outfile;
}

export function startStoreProcess(
  program: string,
  folder: string,
  task: StoreTask,
  { under = [], env = {}, migrations = join(root, 'migrations'), quiet }: StoreProcessOptions = {},
): StoreProcess {
  const [command = '', ...args] = [...under, process.execPath, program, folder, migrations, JSON.stringify(task)];
  const child = spawn(command, args, {
    stdio: [task.kind === 'serve' ? 'pipe' : 'ignore', 'pipe', quiet === true ? 'ignore' : 'inherit'],
    env: { ...process.env, ...env },
  });
  if (child.stdout === null) {
    throw new Error('The process has no output');
  }
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const done = Promise.all([exit, once(output, 'close')]).then(([[code]]) => code);
  return { child, lines, done, onLine: (listener) => void output.on('line', listener) };
}
