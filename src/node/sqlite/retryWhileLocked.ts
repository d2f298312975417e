import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../../core/base/errors';

/** How long several windows that start at once may stand in each other's way. */
const patienceMs = 10_000;
/** One that waited as long as this for a single lock met a program that keeps it, and no other start. */
const longWaitMs = 4500;
const longestPauseMs = 60;

/**
 * Repeats a task that met a locked database, with pauses of random length so that processes which started together
 * fall out of step. SQLite's own waiting does not cover every lock taken while a file is set up.
 */
export async function retryWhileLocked<T>(task: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const start = performance.now();
    try {
      return await task();
    } catch (error) {
      const now = performance.now();
      if (!isAppError(error, 'store/locked') || now > deadline || now - start > longWaitMs) {
        throw error;
      }
      await sleep(5 + Math.random() * longestPauseMs);
    }
  }
}
