import { createInterface } from 'node:readline';
import { toStoreError } from '../../src/node/sqlite/sqliteErrors';
import { RealWindow } from './realWindow';

/** One thing to be done, as a line of JSON on standard input. */
export interface StoreCall {
  readonly id: number;
  readonly on: 'window' | 'service' | 'manager';
  readonly method: string;
  readonly args: readonly unknown[];
}

export type StoreAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { code: string; args: unknown; message: string } };

/** Opens and uses a store as it is told, until its input ends; first of all it tells its process id. */
export async function serveStore(folder: string, migrations: string): Promise<void> {
  const window = new RealWindow(folder, migrations);
  const answer = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  answer({ pid: process.pid });
  const running = new Set<Promise<void>>();
  for await (const line of createInterface({ input: process.stdin })) {
    const call = JSON.parse(line) as StoreCall;
    const done = perform(window, call)
      .then((result) => answer({ id: call.id, result }))
      .catch((cause: unknown) => {
        const { code, args, message } = toStoreError(cause, folder);
        answer({ id: call.id, error: { code, args, message } });
      });
    running.add(done);
    void done.then(() => running.delete(done));
  }
  await Promise.all(running);
  await window.close();
}

async function perform(window: RealWindow, { on, method, args }: StoreCall): Promise<unknown> {
  const target = on === 'window' ? window : on === 'service' ? await window.service : await window.manager;
  const member: unknown = Reflect.get(target, method);
  if (member === undefined) {
    throw new Error(`There is no ${method}`);
  }
  return typeof member === 'function' ? await (member.apply(target, args) as unknown) : member;
}
