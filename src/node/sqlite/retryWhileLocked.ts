import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../../core/base/errors';

/** How long several windows that start at once may stand in each other's way. */
const patienceMs = 10_000;
const longestPauseMs = 60;

/**
 * Repeats a task that met a locked database, with pauses of random length so that processes which started together
 * fall out of step. SQLite's own waiting does not cover every lock taken while a file is set up.
 */
export async function retryWhileLocked<T>(task: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (!isAppError(error, 'store/locked') || performance.now() > deadline) {
        throw error;
      }
      await sleep(5 + Math.random() * longestPauseMs);
    }
  }
}
