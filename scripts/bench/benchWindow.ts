import path from 'node:path';
import type { RigContext } from '../../test/e2e/support/rig';

/** Where `npm run bench` puts the extension, built as it is packaged. */
export function builtExtension(): string {
  const folder = process.env['REJOIN_BENCH_EXTENSION'];
  if (folder === undefined) throw new Error('Run this with: npm run bench');
  return folder;
}

export const rejoinId = 'rejoin.rejoin';

/** Baseline: what VS Code itself takes, see scripts/bench/smallestExtension. */
export const smallestId = 'rejoin-tests.smallest';
export const smallestExtension = (rig: RigContext): string => path.join(rig.projectRoot, 'scripts', 'bench', 'smallestExtension');
