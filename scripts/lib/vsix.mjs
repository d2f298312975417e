import { libcName } from './nativeSqlite.mjs';
import { inProject } from './paths.mjs';

/** This platform under the name that the marketplace gives it; only its own native module can be built here. */
export const vsixTarget = `${libcName() === 'musl' ? 'alpine' : process.platform}-${process.arch}`;

export const vsixPath = inProject('out', `rejoin-${vsixTarget}.vsix`);
