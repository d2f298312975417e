// Prepares a fresh clone: the packages, and the one native module. Uses Node's built-in modules only.
import { performance } from 'node:perf_hooks';
import { ensureNativeSqlite } from './lib/nativeSqlite.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { formatSeconds, info, runMain, SetupError } from './lib/report.mjs';

const lowestNode = [20, 19];

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])) return;
  throw new SetupError(`Node ${lowestNode.join('.')} or newer is needed; this is ${process.version}.`);
}

await runMain(async () => {
  const started = performance.now();
  requireNode();
  await ensurePackages();
  const version = await ensureNativeSqlite();
  info(
    `Ready: packages installed, @vscode/sqlite3 with SQLite ${version} (${formatSeconds(performance.now() - started)}).`,
  );
});
