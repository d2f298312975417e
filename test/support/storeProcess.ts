import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** What a process of its own does with a store; see `storeProgram.ts`. */
export type StoreTask =
  | { readonly kind: 'open' }
  | { readonly kind: 'append'; readonly sessionId: string; readonly count: number }
  | { readonly kind: 'name'; readonly title: string; readonly count: number }
  | { readonly kind: 'appendForever'; readonly sessionId: string }
  | { readonly kind: 'modes'; readonly umask: number };

export interface StoreProcess {
  readonly child: ChildProcess;
  /** Lines of its output so far, each written after the store had acknowledged what it names. */
  readonly lines: readonly string[];
  /** Resolves with the exit code (null after a signal) when its output has been read to the end. */
  readonly done: Promise<number | null>;
}

/** Compiles the program once per test file. The bundle lies in the project, so that the native module is found. */
export async function buildStoreProgram(): Promise<string> {
  const folder = join(root, '.cache', 'test-programs');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `storeProgram.${process.pid}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'storeProgram.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@vscode/sqlite3'],
    logLevel: 'error',
  });
  return outfile;
}

export function startStoreProcess(program: string, folder: string, task: StoreTask): StoreProcess {
  const child = spawn(process.execPath, [program, folder, join(root, 'migrations'), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const done = Promise.all([exit, once(output, 'close')]).then(([[code]]) => code);
  return { child, lines, done };
}
