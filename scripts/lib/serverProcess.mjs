import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './report.mjs';
import { runChecked } from './run.mjs';
import { ensureVscodeServer } from './vscodeServer.mjs';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 5_000;

/**
 * Starts VS Code's server and waits until it answers.
 *
 * @param {{ dataFolder: string, port: number, env?: Record<string, string>, machineSettings?: object, log?: (text: string) => void }} options
 *   `dataFolder` holds its settings, extensions and storage; `machineSettings` are written there first.
 * @returns {Promise<{ port: number, address: string, dataFolder: string, extensionsFolder: string, pid: number, stop: () => Promise<void>, exited: Promise<number | null> }>}
 */
export async function startVscodeServer({ dataFolder, port, env = {}, machineSettings = {}, log = () => undefined }) {
  const { node, serverMain } = await ensureVscodeServer();
  const extensionsFolder = path.join(dataFolder, 'extensions');
  const settingsFolder = path.join(dataFolder, 'data', 'Machine');
  mkdirSync(extensionsFolder, { recursive: true });
  mkdirSync(settingsFolder, { recursive: true });
  writeFileSync(path.join(settingsFolder, 'settings.json'), JSON.stringify(machineSettings, undefined, 2));
  const child = spawn(
    node,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
      ...serverFolderArguments(dataFolder),
      // Only with this driver does the workbench take an extension under development from its address.
      '--enable-smoke-test-driver',
      ...['--telemetry-level', 'off'],
    ],
    // A group of its own: extension hosts and terminals are its children and end with it.
    { env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
  child.stdout.setEncoding('utf8').on('data', log);
  child.stderr.setEncoding('utf8').on('data', log);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // Whatever ends this process, even while the server is starting, takes the server along.
  const killWithUs = () => signalGroup(child, 'SIGKILL');
  process.once('exit', killWithUs);
  const stop = async () => {
    await stopGroup(child, exited);
    process.off('exit', killWithUs);
  };
  try {
    await waitUntilAnswers(port, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, address: `http://127.0.0.1:${port}`, dataFolder, extensionsFolder, pid: child.pid, stop, exited };
}

/** Installs a packaged extension into a data folder that no server uses at the moment. */
export async function installExtension(dataFolder, vsix) {
  const { node, serverMain } = await ensureVscodeServer();
  const output = await runChecked(
    node,
    [
      serverMain,
      '--install-extension',
      vsix,
      '--force',
      '--accept-server-license-terms',
      ...serverFolderArguments(dataFolder),
    ],
    { env: cleanEnvironment({}) },
  );
  // It reports a failed installation in words, with exit code 0.
  if (!/successfully installed/.test(output)) throw new SetupError(`${vsix} was not installed:\n${output}`);
}

/** Where the server keeps its data; the same for serving and for installing an extension. */
function serverFolderArguments(dataFolder) {
  return ['--server-data-dir', dataFolder, '--extensions-dir', path.join(dataFolder, 'extensions')];
}

/** Variables that npm and an enclosing VS Code set would reach the extension host and change its behaviour. */
export function cleanEnvironment(extra) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VSCODE_|ELECTRON_|NODE_OPTIONS$|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/** A free loopback port: `preferred` or one of the hundred after it, or any when `preferred` is 0. */
export async function findFreePort(preferred = 0) {
  for (let port = preferred; port <= preferred + 100; port += 1) {
    const free = await tryPort(port);
    if (free !== undefined) return free;
  }
  throw new SetupError(`No free port from ${preferred} to ${preferred + 100}.`);
}

async function tryPort(port) {
  const probe = createServer();
  return await new Promise((resolve) => {
    probe.once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const found = probe.address().port;
      probe.close(() => resolve(found));
    });
  });
}

async function waitUntilAnswers(port, exited) {
  const deadline = Date.now() + startTimeoutMs;
  let ended = false;
  void exited.then(() => (ended = true));
  while (Date.now() < deadline) {
    if (ended) throw new SetupError("VS Code's server ended while starting.");
    try {
      const response = await fetch(`http://127.0.0.1:${port}/version`);
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
  throw new SetupError(`VS Code's server did not answer on port ${port} within ${startTimeoutMs / 1000} s.`);
}

async function stopGroup(child, exited) {
  signalGroup(child, 'SIGTERM');
  const stopped = await Promise.race([exited.then(() => true), sleep(stopTimeoutMs, false)]);
  if (!stopped) signalGroup(child, 'SIGKILL');
  await exited;
  // Extension hosts outlive the server for a reconnection; nothing will reconnect here.
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has ended.
  }
}
