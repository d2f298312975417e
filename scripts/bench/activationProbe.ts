import type * as vscode from 'vscode';

export interface Activation {
  /** Milliseconds to read, compile and run the bundle. */
  readonly load: number;
  /** Milliseconds in the extension's own `activate`. */
  readonly activate: number;
  /** Milliseconds from asking VS Code to activate the loaded extension until it had done so. */
  readonly whole: number;
  /** Calls of Node's file system functions while `activate` ran, by anyone in the extension host. */
  readonly fileCalls: readonly string[];
}

export interface ActivationRequest {
  readonly id: string;
  /** Watching costs time, so it has a window of its own. */
  readonly watchFiles: boolean;
}

/**
 * Activates an extension that is not active yet. Runs inside the extension host, so it stands on its own: VS Code
 * finds the bundle loaded already, with an `activate` in it that is timed.
 */
export async function activateTimed(api: typeof vscode, { id, watchFiles }: ActivationRequest): Promise<Activation> {
  const { createRequire } = process.getBuiltinModule('node:module');
  const fs = process.getBuiltinModule('node:fs') as unknown as Record<string, unknown>;
  const extension = api.extensions.getExtension(id);
  if (extension === undefined) throw new Error(`${id} is not installed.`);
  if (extension.isActive) throw new Error(`${id} is active already.`);

  const fileCalls: string[] = [];
  const watch = (functions: Record<string, unknown>, prefix: string): (() => void) => {
    const originals = Object.entries(functions).filter(
      ([name, value]) => typeof value === 'function' && !/^[A-Z_]/.test(name),
    );
    for (const [name, original] of originals) {
      functions[name] = function (this: unknown, ...args: unknown[]): unknown {
        fileCalls.push(prefix + name);
        return (original as (...given: unknown[]) => unknown).apply(this, args);
      };
    }
    return () => void Object.assign(functions, Object.fromEntries(originals));
  };

  const main = `${extension.extensionPath}/${(extension.packageJSON as { readonly main: string }).main.replace(/^\.\//, '')}`;
  const loadModule = createRequire(main);
  const loadStart = performance.now();
  const loaded = loadModule(main) as { activate(context: unknown): unknown };
  const load = performance.now() - loadStart;
  const entry = loadModule.cache[main];
  if (entry === undefined) throw new Error(`${main} is not where modules are kept.`);
  let activate = Number.NaN;
  entry.exports = {
    ...loaded,
    activate: (context: unknown): unknown => {
      const unwatch = watchFiles
        ? [watch(fs, 'fs.'), watch(fs['promises'] as Record<string, unknown>, 'fs.promises.')]
        : [];
      const start = performance.now();
      const api = loaded.activate(context);
      activate = performance.now() - start;
      for (const end of unwatch) end();
      return api;
    },
  };
  const start = performance.now();
  await extension.activate();
  return { load, activate, whole: performance.now() - start, fileCalls };
}
