import type { TestProject } from 'vitest/node';
import { startRig, type RigContext } from './rig';

declare module 'vitest' {
  interface ProvidedContext {
    /** `inject('rig')` gives a test file what it needs to open windows. */
    readonly rig: RigContext;
  }
}

/** Starts the rig for every test file of a vitest run; gives the function that ends it. */
export async function provideRig(project: TestProject, vsix?: string): Promise<() => Promise<void>> {
  const rig = await startRig(project.config.root, vsix);
  project.provide('rig', rig.context);
  return async () => {
    await rig.stop();
  };
}
