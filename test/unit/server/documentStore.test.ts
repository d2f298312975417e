import { beforeEach, describe, expect, it } from 'vitest';
import type { Timers } from '../../../src/core/base/ports';
import { DocumentStore, type OpenDocument } from '../../../src/server/documentStore';
import type { FileAnswers } from '../../../src/server/features';

const uri = 'file:///work/talk.rejoin.json';
const big = 'x'.repeat(300_000);

/** Timers that fire when the test says so. */
class FakeTimers implements Timers {
  private readonly pending = new Set<() => void>();

  after(_ms: number, callback: () => void): { dispose: () => void } {
    this.pending.add(callback);
    return { dispose: () => this.pending.delete(callback) };
  }

  get count(): number {
    return this.pending.size;
  }

  fire(): void {
    const due = [...this.pending];
    this.pending.clear();
    due.forEach((callback) => callback());
  }
}

/** A reading that ends when the test says so. */
class FakeReading {
  readonly answers: FileAnswers = { ask: () => Promise.reject(new Error('Nobody asks')) };
  isCancelled = false;
  private settle!: (answers: FileAnswers | undefined) => void;
  private fail!: (error: Error) => void;
  readonly done = new Promise<FileAnswers | undefined>((resolve, reject) => {
    [this.settle, this.fail] = [resolve, reject];
  });

  constructor(readonly name: string) {}

  cancel(): void {
    this.isCancelled = true;
  }

  async finish(answers: FileAnswers | null = this.answers): Promise<void> {
    this.settle(answers ?? undefined);
    await this.done;
  }

  async break(error: Error): Promise<void> {
    this.fail(error);
    await this.done.catch(() => undefined);
  }
}

let readings: FakeReading[];
let told: string[];
let forgotten: string[];
let errors: unknown[];
let timers: FakeTimers;
let store: DocumentStore;

const open = (version: number, text = '{}', of = uri): OpenDocument => ({ uri: of, version, getText: () => text });
const names = (): readonly string[] => readings.map(({ name }) => name);

/** Whether a promise has its value already. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

beforeEach(() => {
  [readings, told, forgotten, errors, timers] = [[], [], [], [], new FakeTimers()];
  store = new DocumentStore({
    read: ({ uri: of, version }, isBig) => {
      const reading = new FakeReading(`${of === uri ? '' : 'other '}${version}${isBig ? ' big' : ''}`);
      readings.push(reading);
      return reading;
    },
    forget: (of) => forgotten.push(of),
    onDidRead: ({ version }) => told.push(`read ${version}`),
    onError: (error) => errors.push(error),
    timers,
  });
});

describe('an open document', () => {
  it('is read when typing pauses, which is told once', async () => {
    store.changed(open(1));
    expect(names()).toEqual([]);
    timers.fire();
    expect(names()).toEqual(['1']);
    await readings[0]?.finish();
    expect(told).toEqual(['read 1']);
  });

  it('is read once for a version, whoever asks', async () => {
    store.changed(open(1));
    const answers = [store.current(uri), store.current(uri)];
    expect(timers.count).toBe(0);
    await readings[0]?.finish();
    expect(await Promise.all(answers)).toEqual([readings[0]?.answers, readings[0]?.answers]);
    expect(await store.current(uri)).toBe(readings[0]?.answers);
    expect(names()).toEqual(['1']);
    expect(told).toEqual(['read 1']);
  });

  it('is not read in a version that another one follows at once', () => {
    [1, 2, 3].forEach((version) => store.changed(open(version)));
    timers.fire();
    expect(names()).toEqual(['3']);
  });

  it('ends the reading of a version when a newer one comes, and answers with that', async () => {
    store.changed(open(1, big));
    timers.fire();
    const answer = store.current(uri);
    store.changed(open(2, big));
    expect(readings[0]?.isCancelled).toBe(true);
    await readings[0]?.finish();
    expect(await isSettled(answer)).toBe(false);

    timers.fire();
    await readings[1]?.finish();
    expect(await answer).toBe(readings[1]?.answers);
    expect(told).toEqual(['read 2']);
    expect(errors).toEqual([]);
  });

  it('does not report that a reading was ended', async () => {
    store.changed(open(1, big));
    timers.fire();
    store.changed(open(2, big));
    await readings[0]?.break(new Error('Ended'));
    expect(errors).toEqual([]);
  });

  it('that is big is not read before typing pauses, even for a request', async () => {
    store.changed(open(1, big));
    const answer = store.current(uri);
    expect(names()).toEqual([]);

    store.changed(open(1, '{}', 'file:///work/small.rejoin.json'));
    const other = store.current('file:///work/small.rejoin.json');
    await readings[0]?.finish();
    expect(await other).toBe(readings[0]?.answers);
    expect(await isSettled(answer)).toBe(false);

    timers.fire();
    expect(names()).toEqual(['other 1', '1 big']);
  });

  it('that is closed is forgotten and leaves nobody waiting', async () => {
    store.changed(open(1, big));
    timers.fire();
    const answer = store.current(uri);
    store.closed(uri);
    expect(await answer).toBeUndefined();
    expect(readings[0]?.isCancelled).toBe(true);
    expect(forgotten).toEqual([uri]);
    expect(await store.current(uri)).toBeUndefined();
    expect([told, errors]).toEqual([[], []]);
  });

  it('that is none of ours tells nothing', async () => {
    store.changed(open(1));
    const answer = store.current(uri);
    await readings[0]?.finish(null);
    expect(await answer).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('that cannot be read is reported, and its next version is read again', async () => {
    store.changed(open(1));
    const answer = store.current(uri);
    await readings[0]?.break(new Error('It broke'));
    expect(await answer).toBeUndefined();
    expect(errors).toEqual([new Error('It broke')]);

    store.changed(open(2));
    const next = store.current(uri);
    await readings[1]?.finish();
    expect(await next).toBe(readings[1]?.answers);
  });

  it('leaves no timer behind', async () => {
    store.changed(open(1, big));
    const answer = store.current(uri);
    store.dispose();
    expect(timers.count).toBe(0);
    expect(await answer).toBeUndefined();
  });
});
