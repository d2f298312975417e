import { afterEach } from 'vitest';
import { tempFolder } from '../../support/storeFixture';
import { rm } from 'node:fs/promises';

type Undo = () => unknown;

/** What has to be undone after a test, however it ends; the last first. */
export interface Cleanup {
  add(undo: Undo): void;
  /** A folder of its own for the test. */
  folder(): Promise<string>;
}

/** To be called once per file or describe block. */
export function useCleanup(): Cleanup {
  const undos: Undo[] = [];
  afterEach(async () => {
    const failures: unknown[] = [];
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      // One that fails must not keep the others from running.
      await Promise.resolve()
        .then(undo)
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, 'Cleaning up failed');
    }
  });
  return {
    add: (undo) => void undos.push(undo),
    async folder() {
      const folder = await tempFolder();
      undos.push(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
  };
}
