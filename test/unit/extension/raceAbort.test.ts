import { describe, expect, it } from 'vitest';
import { iterateUntilAbort, raceAbort } from '../../../src/extension/models/raceAbort';
import { withTimeout } from '../../../src/extension/models/withTimeout';

const forever = new Promise<never>(() => undefined);

describe('raceAbort', () => {
  it('gives what the work gives', async () => {
    const { signal } = new AbortController();
    expect(await raceAbort(Promise.resolve(1), signal)).toBe(1);
    await expect(raceAbort(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  it('rejects at once when aborted before or meanwhile', async () => {
    const abort = new AbortController();
    const work = raceAbort(forever, abort.signal);
    abort.abort();
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    await expect(raceAbort(Promise.resolve(1), abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('iterateUntilAbort', () => {
  it('passes everything on in order', async () => {
    async function* source() {
      yield 1;
      yield* await Promise.resolve([2, 3]);
    }
    const seen: number[] = [];
    for await (const value of iterateUntilAbort(source(), new AbortController().signal)) seen.push(value);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('leaves a source that hangs', async () => {
    async function* source() {
      yield 1;
      await forever;
    }
    const abort = new AbortController();
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for await (const value of iterateUntilAbort(source(), abort.signal)) {
        seen.push(value);
        setTimeout(() => abort.abort(), 5);
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toEqual([1]);
  });

  it('tells the source when the reader leaves early', async () => {
    let cleanedUp = false;
    async function* source() {
      try {
        yield 1;
        yield await Promise.resolve(2);
      } finally {
        cleanedUp = true;
      }
    }
    for await (const value of iterateUntilAbort(source(), new AbortController().signal)) {
      expect(value).toBe(1);
      break;
    }
    await Promise.resolve();
    expect(cleanedUp).toBe(true);
  });
});

describe('withTimeout', () => {
  it('gives the result in time, or says that it is late', async () => {
    expect(await withTimeout(Promise.resolve(1), 1000, 'late')).toBe(1);
    expect(await withTimeout(forever, 5, 'late')).toBe('late');
    await expect(withTimeout(Promise.reject(new Error('no')), 1000, 'late')).rejects.toThrow('no');
  });
});
