import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLateProgress } from '../../../src/extension/platform/lateProgress';

const state = vi.hoisted(() => ({ titles: [] as string[], shown: 0, cancel: (): void => undefined }));

vi.mock('vscode', () => ({
  ProgressLocation: { Notification: 15 },
  window: {
    withProgress: async (options: { readonly title: string }, run: (_: unknown, token: unknown) => Promise<void>) => {
      state.titles.push(options.title);
      state.shown++;
      await run(undefined, {
        isCancellationRequested: false,
        onCancellationRequested: (cancel: () => void) => {
          state.cancel = cancel;
          return { dispose: () => undefined };
        },
      });
      state.shown--;
    },
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(state, { titles: [], shown: 0 });
});
afterEach(() => vi.useRealTimers());

describe('work that may take long', () => {
  it('is not shown when it is done soon, well or badly', async () => {
    expect(await withLateProgress('Reading', () => Promise.resolve(7))).toBe(7);
    await expect(withLateProgress('Reading', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.titles).toEqual([]);
  });

  it('is shown while it takes long, and can be cancelled there', async () => {
    const work = withLateProgress(
      'Reading',
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled')))),
    );
    const outcome = expect(work).rejects.toThrow('cancelled');
    await vi.advanceTimersByTimeAsync(2000);
    expect(state).toMatchObject({ titles: ['Reading'], shown: 1 });
    state.cancel();
    await outcome;
    await vi.advanceTimersByTimeAsync(0);
    expect(state.shown).toBe(0);
  });
});
