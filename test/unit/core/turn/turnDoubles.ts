import { AppError } from '../../../../src/core/base/errors';
import type { ModelDelta, ModelProvider } from '../../../../src/core/turn/modelProvider';
import type { TurnLog } from '../../../../src/core/turn/turnLog';

/** A provider in memory that yields what the test says. */
export function provider(stream: (signal: AbortSignal) => AsyncIterable<ModelDelta>): ModelProvider {
  return {
    id: 'fake',
    label: 'Fake',
    stream: (_request, signal) => stream(signal),
    listModels: () => Promise.resolve([]),
  };
}

/** A log, one of whose methods finds the disk full while the test says so. */
export function failingLog(log: TurnLog, method: keyof TurnLog, isFull: () => boolean): TurnLog {
  return new Proxy(log, {
    get: (target, name) => {
      const own = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) =>
        name === method && isFull() ? Promise.reject(new AppError('store/full')) : own.apply(target, args);
    },
  });
}

/** A gate that a test opens. */
export function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
