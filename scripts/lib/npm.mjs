import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './report.mjs';
import { runChecked } from './run.mjs';

/**
 * Path of npm's own JavaScript. Running it with node avoids npm.cmd, which needs a shell on Windows.
 */
export function findNpmCli() {
  for (const candidate of npmCliCandidates()) {
    if (existsSync(candidate)) return realpathSync(candidate);
  }
  throw new SetupError('npm was not found. Install Node.js with npm (https://nodejs.org) and run this again.');
}

function* npmCliCandidates() {
  const running = process.env.npm_execpath;
  if (running !== undefined && path.basename(running) === 'npm-cli.js') yield running;
  const nodeFolder = path.dirname(process.execPath);
  yield path.join(nodeFolder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  yield path.join(nodeFolder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const npm = path.join(folder, 'npm');
    if (!existsSync(npm)) continue;
    const real = realpathSync(npm);
    yield path.basename(real) === 'npm-cli.js' ? real : path.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  }
}

/** Path of the node-gyp that npm brings along. */
export function findNodeGyp() {
  const npmFolder = path.resolve(path.dirname(findNpmCli()), '..');
  const nodeGyp = path.join(npmFolder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  if (!existsSync(nodeGyp)) {
    throw new SetupError(`This npm has no node-gyp at ${nodeGyp}. Install npm again (npm install --global npm).`);
  }
  return nodeGyp;
}

/**
 * Arguments that make node-gyp take Node's headers from this machine instead of downloading them, as far as they are
 * here. Everything built by these scripts uses Node-API, so the headers of another Node on the PATH do as well.
 * (On Windows a build also needs node.lib, which only the download has.)
 */
export function localHeaderArguments() {
  if (process.platform === 'win32' || process.env.npm_config_nodedir !== undefined) return [];
  const folders = [path.dirname(process.execPath), ...(process.env.PATH ?? '').split(path.delimiter)];
  const prefixes = folders.filter((folder) => folder !== '').map((folder) => path.resolve(folder, '..'));
  const found = prefixes.find((prefix) => existsSync(path.join(prefix, 'include', 'node', 'node_api.h')));
  return found === undefined ? [] : [`--nodedir=${found}`];
}

/** Runs npm with these arguments; fails with its output. */
export async function npm(args, options = {}) {
  return await runChecked(options.node ?? process.execPath, [findNpmCli(), ...args], options);
}
