import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildStoreProgram } from '../../support/storeProcess';
import { runLength } from './runLength';
import { readSkipped } from './skipped';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the compiled program that uses a store in a process of its own. */
    storeProgram: string;
    /** Where test files say what they skip. */
    skippedFolder: string;
  }
}

/** Compiles the program for all files, and says at the end which faults could not be injected here. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const skipped = await mkdtemp(join(tmpdir(), 'rejoin-skipped-'));
  const program = await buildStoreProgram();
  project.provide('skippedFolder', skipped);
  project.provide('storeProgram', program);
  return async () => {
    console.log(`\nFaults: the ${runLength} run.`);
    for (const [reason, names] of await readSkipped(skipped)) {
      console.log(`skipped ${names.length}: ${reason}\n${names.map((name) => `  - ${name}`).join('\n')}`);
    }
    await Promise.all([program, skipped].map((path) => rm(path, { recursive: true, force: true })));
  };
}
