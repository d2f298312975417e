import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { vsixPath } from '../../scripts/lib/vsix.mjs';
import { provideRig } from '../e2e/support/provideRig';

/** One server with the packaged extension installed, as a person installs it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(vsixPath)) throw new Error(`${vsixPath} is missing: run npm run package first.`);
  return await provideRig(project, vsixPath);
}
