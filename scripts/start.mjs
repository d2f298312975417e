// Opens Rejoin in VS Code: the desktop one, or VS Code's server with an address for the browser.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { demoModelId, startDemoModel } from './demoModel/server.mjs';
import { findDesktopCode, openDesktopWindow } from './lib/desktopCode.mjs';
import { cacheRoot, inProject, projectRoot } from './lib/paths.mjs';
import { info, runMain, SetupError } from './lib/report.mjs';
import { runChecked } from './lib/run.mjs';
import { ensureSampleFolder } from './lib/sampleFolder.mjs';
import { findFreePort, startVscodeServer } from './lib/serverProcess.mjs';
import { prepareUserSettings } from './lib/userSettings.mjs';
import { workbenchAddress } from './lib/workbenchAddress.mjs';

const usage = `npm start -- [options]
  --folder <path>  the folder to open (default: a small sample project)
  --port <number>  run VS Code's server on this port, or the next free one, even where desktop VS Code is installed
  --no-demo        without the demo model: Rejoin then has the models that you connect
  --help           this text`;

const defaultPort = 3000;
/** Tried first, so that the demo model usually keeps its address from one start to the next. */
const demoPort = 4170;

function parseArguments() {
  try {
    return parseArgs({
      options: {
        folder: { type: 'string' },
        port: { type: 'string' },
        'no-demo': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${usage}`);
  }
}

function readOptions() {
  const values = parseArguments();
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_436)) {
    throw new SetupError(`--port takes a number from 1 to 65435, not "${values.port}".`);
  }
  const folder = values.folder === undefined ? undefined : path.resolve(values.folder);
  if (folder !== undefined && !(existsSync(folder) && statSync(folder).isDirectory())) {
    throw new SetupError(`There is no folder ${folder}.`);
  }
  return { folder, port, demo: !values['no-demo'], help: values.help };
}

/** Ends everything in reverse order, once, whether by Ctrl+C or because the window was closed. */
function createShutdown() {
  const steps = [];
  let ending;
  const end = () =>
    (ending ??= (async () => {
      for (const step of steps.reverse()) await step();
    })());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      info('\nStopping…');
      void end().then(() => process.exit(0));
    });
  }
  return { add: (step) => steps.push(step), end, hasBegun: () => ending !== undefined };
}

function printReady(lines) {
  const width = Math.max(...lines.map(([name]) => name.length));
  info(
    ['', 'Rejoin is running.', '', ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`), ''].join('\n'),
  );
}

function commonLines(folder, demo, settingsWritten) {
  return [
    ['Folder', folder],
    [
      'Model',
      demo === undefined
        ? 'none: add one with "Rejoin: Add Provider…"'
        : `demo, canned answers without AI (${demo.baseUrl})`,
    ],
    ...(settingsWritten
      ? []
      : [['Note', 'your settings.json could not be read, so the demo model is not connected in it']]),
  ];
}

function settingsFor(options, demo) {
  return { demoBaseUrl: demo?.baseUrl, demoModelId, trustFolder: options.folder === undefined };
}

async function startDesktop(code, options, folder, demo) {
  const userDataFolder = path.join(cacheRoot, 'start', 'desktop');
  const written = prepareUserSettings(path.join(userDataFolder, 'User', 'settings.json'), settingsFor(options, demo));
  printReady([
    ['Window', 'desktop VS Code opens by itself'],
    ...commonLines(folder, demo, written),
    ['Stop', 'close the window, or press Ctrl+C'],
  ]);
  const extensionsFolder = path.join(cacheRoot, 'start', 'desktop-extensions');
  await openDesktopWindow(code, { extensionFolder: projectRoot, folder, userDataFolder, extensionsFolder });
}

async function startServer(options, folder, demo, shutdown) {
  const dataFolder = path.join(cacheRoot, 'start', 'server');
  mkdirSync(dataFolder, { recursive: true });
  const written = prepareUserSettings(
    path.join(dataFolder, 'data', 'User', 'settings.json'),
    settingsFor(options, demo),
  );
  const port = await findFreePort(options.port ?? defaultPort);
  const server = await startVscodeServer({ dataFolder, port });
  shutdown.add(() => server.stop());
  printReady([
    ['Address', workbenchAddress(server.address, folder, { extensionFolder: projectRoot })],
    ...commonLines(folder, demo, written),
    ['Stop', 'press Ctrl+C'],
  ]);
  await server.exited;
  if (!shutdown.hasBegun()) throw new SetupError("VS Code's server ended by itself.");
}

await runMain(async () => {
  const options = readOptions();
  if (options.help) {
    info(usage);
    return;
  }
  await runChecked(process.execPath, [inProject('scripts', 'setup.mjs')], { show: true });
  await runChecked(process.execPath, [inProject('esbuild.mjs')], { show: true });
  const shutdown = createShutdown();
  try {
    const demo = options.demo ? await startDemoModel(await findFreePort(demoPort)) : undefined;
    if (demo !== undefined) shutdown.add(() => demo.stop());
    const folder = options.folder ?? (await ensureSampleFolder());
    const code = options.port === undefined ? findDesktopCode() : undefined;
    await (code === undefined
      ? startServer(options, folder, demo, shutdown)
      : startDesktop(code, options, folder, demo));
  } finally {
    await shutdown.end();
  }
});
