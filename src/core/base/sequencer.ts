/** Runs async tasks one after the other, in the order of their arrival: the single-writer rule. */
export class Sequencer {
  private tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the task does. A task that fails does not stop those behind it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task, task);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when every task queued so far has settled. */
  async idle(): Promise<void> {
    await this.tail;
  }
}
