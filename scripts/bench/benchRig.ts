import path from 'node:path';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import type { RigContext } from '../../test/e2e/support/rig';

export const rejoinId = 'rejoin.rejoin';

/** Where `npm run bench` puts the extension, built as it is packaged. */
export function builtExtension(): string {
  const folder = process.env['REJOIN_BENCH_EXTENSION'];
  if (folder === undefined) throw new Error('Run this with: npm run bench');
  return folder;
}

/** Folder of the database that all windows of a run share. */
export function storeFolder(rig: RigContext): string {
  return path.join(rig.dataFolder, 'data', 'User', 'globalStorage', rejoinId);
}

export function storePath(rig: RigContext): string {
  return path.join(storeFolder(rig), storeFileName);
}

/** Baseline: what VS Code itself takes, see scripts/bench/smallestExtension. */
export const smallestId = 'rejoin-tests.smallest';

export function smallestExtension(rig: RigContext): string {
  return path.join(rig.projectRoot, 'scripts', 'bench', 'smallestExtension');
}
