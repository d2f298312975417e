import { AppError } from '../../core/base/errors';

/** What the work gives, unless the signal aborts first: then it rejects with `cancelled` at once, whatever the work does. */
export async function raceAbort<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new AppError('cancelled'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    if (signal.aborted) {
      throw new AppError('cancelled');
    }
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Iterates until the source ends or the signal aborts; a source that ignores the abort is left behind. */
export async function* iterateUntilAbort<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await raceAbort(iterator.next(), signal);
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!ended) {
      // Not awaited: a source that is stuck would hold up the cancellation. It may fail now that it is cancelled.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  }
}
