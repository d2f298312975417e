import { inject } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/core/base/errors';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import type { LocalSessionService } from '../../../src/node/sqlite/localSessionService';
import { startStoreProcess, type StoreProcess, type StoreProcessOptions } from '../../support/storeProcess';
import type { RealWindow } from '../../support/realWindow';
import type { StoreAnswer, StoreCall } from '../../support/storeServer';
import type { Cleanup } from './cleanup';

type AsyncMethod = (...args: never[]) => Promise<unknown>;
/** The methods of an object in another process, with what goes through JSON. */
type Remote<T> = { readonly [K in keyof T as T[K] extends AsyncMethod ? K : never]: T[K] };

/** A window on a store in a process of its own, which can be starved, stopped and killed. */
export interface StoreWindow {
  readonly process: StoreProcess;
  /** Of the program itself, not of what it runs under. */
  readonly pid: number;
  readonly window: Remote<RealWindow>;
  readonly service: Remote<LocalSessionService>;
  readonly manager: Remote<SessionManager>;
  /** Reads a value that is no method. */
  read<T>(on: StoreCall['on'], name: string): Promise<T>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and waits for its end. */
  kill(): Promise<void>;
  /** Lets it close the store and end; resolves with its exit code. */
  close(): Promise<number | null>;
}

/** Starts one. It opens the store with the first call. Killed after the test if it still runs. */
export async function startWindow(
  cleanup: Cleanup,
  folder: string,
  options: StoreProcessOptions & { readonly program?: string } = {},
): Promise<StoreWindow> {
  const started = startStoreProcess(options.program ?? inject('storeProgram'), folder, { kind: 'serve' }, options);
  const answers = new Answers(started);
  const pid = await answers.pid;
  let isOver = false;
  void started.done.then(() => (isOver = true));
  const signal = (name: NodeJS.Signals): void => {
    if (!isOver) {
      sendSignal(pid, name);
    }
  };
  const kill = async (): Promise<void> => {
    signal('SIGKILL');
    await started.done;
  };
  cleanup.add(kill);
  const remote = <T>(on: StoreCall['on']): Remote<T> =>
    new Proxy({} as Remote<T>, {
      get: (_, method) =>
        method === 'then' ? undefined : (...args: readonly unknown[]) => answers.call(on, String(method), args),
    });
  return {
    ...{ process: started, pid, signal, kill },
    window: remote<RealWindow>('window'),
    service: remote<LocalSessionService>('service'),
    manager: remote<SessionManager>('manager'),
    read: async <T>(on: StoreCall['on'], name: string) => (await answers.call(on, name, [])) as T,
    close() {
      started.child.stdin?.end();
      return started.done;
    },
  };
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}

/** Matches answers to calls. A process that ends rejects what it still owed. */
class Answers {
  readonly pid: Promise<number>;
  private readonly pending = new Map<number, (answer: StoreAnswer) => void>();
  private tellPid: ((pid: number) => void) | undefined;
  private last = 0;
  private ended = false;

  constructor(private readonly process: StoreProcess) {
    this.pid = new Promise((resolve, reject) => {
      this.tellPid = resolve;
      void process.done.then((code) => reject(new Error(`The process ended with ${code} before it began`)));
    });
    process.onLine((line) => this.take(line));
    // A call that it can no longer read is answered by its end.
    process.child.stdin?.on('error', () => undefined);
    void process.done.then(() => this.endAll());
  }

  call(on: StoreCall['on'], method: string, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.last;
    const call: StoreCall = { id, on, method, args };
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(new Error(processEnded));
        return;
      }
      this.pending.set(id, (answer) => {
        if ('error' in answer) {
          const { code, args: errorArgs, message } = answer.error;
          reject(new AppError(code as ErrorCode, { args: errorArgs as Record<string, string>, message }));
        } else {
          resolve(answer.result);
        }
      });
      this.process.child.stdin?.write(`${JSON.stringify(call)}\n`);
    });
  }

  private take(line: string): void {
    const answer = JSON.parse(line) as StoreAnswer | { readonly pid: number };
    if ('pid' in answer) {
      this.tellPid?.(answer.pid);
      return;
    }
    this.pending.get(answer.id)?.(answer);
    this.pending.delete(answer.id);
  }

  private endAll(): void {
    this.ended = true;
    for (const [id, settle] of this.pending) {
      settle({ id, error: { code: 'internal', args: {}, message: processEnded } });
    }
    this.pending.clear();
  }
}

const processEnded = 'The process ended before it answered';
