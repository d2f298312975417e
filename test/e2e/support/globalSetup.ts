import type { TestProject } from 'vitest/node';
import { provideRig } from './provideRig';

/** One server for all end-to-end test files; Rejoin is loaded as the extension under development. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  return await provideRig(project);
}
