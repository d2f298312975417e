import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findNodeGyp, localHeaderArguments } from './npm.mjs';
import { cacheRoot, inProject } from './paths.mjs';
import { info, SetupError } from './report.mjs';
import { run } from './run.mjs';

const packageFolder = inProject('node_modules', '@vscode', 'sqlite3');
const amalgamationFolder = inProject('node_modules', 'better-sqlite3', 'deps', 'sqlite3');
const binaryPath = ['build', 'Release', 'vscode-sqlite3.node'];

/** The source that is compiled. An upgrade of better-sqlite3 brings another one, whose hashes are put here with it. */
const sourceHashes = {
  'sqlite3.c': '60d2f39a3726cd6b9021da6f4e868608d66fbb6528a9f513dc8ffcc640493422',
  'sqlite3.h': '9e69a1353a4288450b0d5239ede11fc7f1f4c8e5eb07491fc8317eacb5b7de7e',
  'sqlite3ext.h': 'ac9645e5c9ff0cf176efdd6e75cb5e98f46295d38e02db5c4d208826a39ab4be',
};

/** The first version without the bug that can corrupt a WAL database written by several processes. */
const lowestSqlite = [3, 51, 3];

/**
 * Put at the top of SQLite's source. DQS=0: a double-quoted word is a name, never silently a string,
 * so that a misspelt column is an error.
 */
const compileOptions = '#define SQLITE_DQS 0\n';

/**
 * Makes sure that `@vscode/sqlite3` has its binary, built against a current SQLite.
 *
 * The package brings an older SQLite. Its build takes the version as a variable and unpacks
 * `deps/sqlite-autoconf-<version>.tar.gz`, so the current source, which the npm package
 * better-sqlite3 carries, is packed under such a name. Results are cached, so a new installation
 * of the packages takes no second build.
 *
 * The source must be the one whose hashes stand here, whatever was installed.
 *
 * @returns {Promise<string>} the SQLite version that the binary reports.
 */
export async function ensureNativeSqlite() {
  requirePinnedSource();
  const sqliteVersion = readSqliteVersion();
  const cached = path.join(cacheRoot, 'native', cacheKey(sqliteVersion), 'vscode-sqlite3.node');
  if (!existsSync(cached)) await build(sqliteVersion, cached);
  install(cached);
  const reported = await reportedVersion();
  if (!isAtLeast(reported, lowestSqlite)) {
    rmSync(path.dirname(cached), { recursive: true, force: true });
    throw new SetupError(`The built SQLite reports version ${reported}; ${lowestSqlite.join('.')} or newer is needed.`);
  }
  return reported;
}

function requirePinnedSource() {
  for (const [name, hash] of Object.entries(sourceHashes)) {
    const file = path.join(amalgamationFolder, name);
    if (createHash('sha256').update(readFileSync(file)).digest('hex') !== hash) {
      throw new SetupError(`${file} is not the source of SQLite whose hash stands in scripts/lib/nativeSqlite.mjs.`);
    }
  }
}

function readSqliteVersion() {
  const header = readFileSync(path.join(amalgamationFolder, 'sqlite3.h'), 'utf8');
  const version = /#define SQLITE_VERSION\s+"([\d.]+)"/.exec(header)?.[1];
  if (version === undefined) throw new SetupError(`No SQLite version found in ${amalgamationFolder}/sqlite3.h.`);
  return version;
}

function cacheKey(sqliteVersion) {
  const packageVersion = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')).version;
  // Whatever decides how the binary comes out; the rest of this file may change without a new build.
  const recipe = createHash('sha256').update([compileOptions, build, packAmalgamation].join('\n')).digest('hex');
  return [process.platform, process.arch, libcName(), packageVersion, sqliteVersion, recipe.slice(0, 12)].join('-');
}

/** 'glibc' or 'musl' on Linux, 'system' elsewhere. */
export function libcName() {
  if (process.platform !== 'linux') return 'system';
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

async function build(sqliteVersion, target) {
  await requireToolchain();
  info(`Building @vscode/sqlite3 with SQLite ${sqliteVersion} (once, about 40 seconds)…`);
  const workFolder = `${path.dirname(target)}.${process.pid}`;
  // A copy below the project finds node-addon-api and tar there, and leaves node_modules as npm made it.
  cpSync(packageFolder, workFolder, { recursive: true });
  try {
    const numericVersion = toNumericVersion(sqliteVersion);
    packAmalgamation(workFolder, numericVersion);
    const { code, output } = await run(
      process.execPath,
      [findNodeGyp(), 'rebuild', '--jobs=max', `--sqlite_version=${numericVersion}`, ...localHeaderArguments()],
      { cwd: workFolder },
    );
    if (code !== 0)
      throw new SetupError(`${output.slice(-6000)}\nBuilding @vscode/sqlite3 failed.\n${toolchainHint()}`);
    mkdirSync(path.dirname(target), { recursive: true });
    // A rename is whole or not at all: a build that is cut short leaves nothing that looks finished.
    renameSync(path.join(workFolder, ...binaryPath), target);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

/** SQLite's own file names write 3.53.2 as 3530200. */
function toNumericVersion(version) {
  const [major, minor = '0', patch = '0'] = version.split('.');
  return `${major}${minor.padStart(2, '0')}${patch.padStart(2, '0')}00`;
}

function packAmalgamation(workFolder, numericVersion) {
  const name = `sqlite-autoconf-${numericVersion}`;
  const staging = path.join(workFolder, 'deps', name);
  mkdirSync(staging, { recursive: true });
  for (const file of ['sqlite3.h', 'sqlite3ext.h']) {
    copyFileSync(path.join(amalgamationFolder, file), path.join(staging, file));
  }
  const source = readFileSync(path.join(amalgamationFolder, 'sqlite3.c'), 'utf8');
  writeFileSync(path.join(staging, 'sqlite3.c'), compileOptions + source);
  const require = createRequire(path.join(packageFolder, 'package.json'));
  const { create } = require('tar');
  create(
    {
      sync: true,
      gzip: true,
      cwd: path.join(workFolder, 'deps'),
      file: path.join(workFolder, 'deps', `${name}.tar.gz`),
    },
    [name],
  );
}

function install(cached) {
  const target = path.join(packageFolder, ...binaryPath);
  if (existsSync(target) && readFileSync(target).equals(readFileSync(cached))) return;
  mkdirSync(path.dirname(target), { recursive: true });
  // Renamed into place: a process that has the old file loaded keeps it.
  const arriving = `${target}.${process.pid}`;
  copyFileSync(cached, arriving);
  renameSync(arriving, target);
}

/** Asks in a process of its own: a broken binary can end the process that loads it. */
async function reportedVersion() {
  const script = `
    const { Database } = require('@vscode/sqlite3');
    const database = new Database(':memory:');
    database.get('select sqlite_version() as version', (error, row) => {
      if (error) throw error;
      console.log(row.version);
      database.close();
    });`;
  const { code, output } = await run(process.execPath, ['-e', script]);
  if (code !== 0) {
    throw new SetupError(
      `The built @vscode/sqlite3 does not load:\n${output}\nDelete .cache/native and run this again.`,
    );
  }
  return output.trim();
}

function isAtLeast(version, lowest) {
  const parts = version.split('.').map(Number);
  const differing = lowest.findIndex((part, index) => parts[index] !== part);
  return differing === -1 || parts[differing] > lowest[differing];
}

async function requireToolchain() {
  if (process.platform === 'win32') return;
  const missing = [];
  for (const [name, ...commands] of [
    ['a C++ compiler', process.env.CXX ?? 'c++', 'g++', 'clang++'],
    ['make', process.env.MAKE ?? 'make', 'gmake'],
    ['Python 3', process.env.npm_config_python ?? 'python3', 'python'],
  ]) {
    const found = await Promise.all(commands.map(starts));
    if (!found.includes(true)) missing.push(name);
  }
  if (missing.length > 0) {
    throw new SetupError(
      `Rejoin builds one native module, and this machine lacks ${missing.join(', ')}.\n${toolchainHint()}`,
    );
  }
}

async function starts(command) {
  try {
    return (await run(command, ['--version'])).code === 0;
  } catch {
    return false;
  }
}

function toolchainHint() {
  if (process.platform === 'darwin') return 'Install the Xcode Command Line Tools: xcode-select --install';
  if (process.platform === 'win32') {
    return (
      'Install Python 3 and the Visual Studio Build Tools with the workload "Desktop development with C++"\n' +
      'and the component "MSVC Spectre-mitigated libs" (latest).'
    );
  }
  return 'Install a compiler, make and Python 3. Debian, Ubuntu: apt-get install build-essential python3 · Fedora: dnf install gcc-c++ make python3 · Alpine: apk add build-base python3';
}
