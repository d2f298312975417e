import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { npm } from './npm.mjs';
import { inProject } from './paths.mjs';
import { info } from './report.mjs';

const stampFile = inProject('node_modules', '.rejoin-lock-hash');

/** Installs the project's packages when they are missing or the lock file changed since. */
export async function ensurePackages() {
  const hash = createHash('sha256')
    .update(readFileSync(inProject('package-lock.json')))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  if (isInstalledFromThisLock()) {
    writeFileSync(stampFile, hash);
    return;
  }
  info('Installing packages (npm ci)…');
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  writeFileSync(stampFile, hash);
}

/**
 * npm leaves a copy of what it installed in node_modules/.package-lock.json. Comparing it with the
 * lock file spares a second installation after a person ran `npm ci` by hand.
 */
function isInstalledFromThisLock() {
  const installedFile = inProject('node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
  );
}
