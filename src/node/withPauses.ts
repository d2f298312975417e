import { setImmediate as pause } from 'node:timers/promises';

/** Milliseconds of work in one go: nobody notices that somebody else waited for so long. */
const longestMs = 10;

/** Does something with each item, one after the other, and lets others have their turn in between. */
export async function forEachWithPauses<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
  let started = performance.now();
  for (const item of items) {
    act(item);
    if (performance.now() - started > longestMs) {
      await pause();
      started = performance.now();
    }
  }
}

/** `map` of a list, with such pauses. */
export async function mapWithPauses<T, U>(items: readonly T[], map: (item: T) => U): Promise<readonly U[]> {
  const results: U[] = [];
  await forEachWithPauses(items, (item) => void results.push(map(item)));
  return results;
}
