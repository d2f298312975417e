import { cpSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromiumArguments, ensureChromium } from './chromium.mjs';
import { cacheRoot, inProject, projectRoot } from './paths.mjs';
import { info } from './report.mjs';
import { cleanEnvironment, findFreePort, startVscodeServer } from './serverProcess.mjs';
import { workbenchAddress } from './workbenchAddress.mjs';

/**
 * @typedef {object} InhostRunner
 * @property {string} name
 * @property {(target: string | undefined, environment: Record<string, string>) => Promise<boolean>} run
 *   opens the target, runs the tests in its extension host, and tells whether they passed
 * @property {() => Promise<void>} dispose
 */

const timeoutMs = 300_000;

const settings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'update.mode': 'none',
};

function writeSettings(userFolder) {
  mkdirSync(userFolder, { recursive: true });
  writeFileSync(path.join(userFolder, 'settings.json'), JSON.stringify(settings));
}

/** The language model and tools that suites use, brought by another extension as in real life. */
function installTestExtension(extensionsFolder) {
  const source = inProject('test', 'e2e', 'extensions', 'fake-lm-provider');
  cpSync(source, path.join(extensionsFolder, 'rejoin-tests.fake-lm-provider-0.0.1'), { recursive: true });
}

/**
 * Runs in windows of VS Code's server, shown by a headless browser.
 * @returns {Promise<InhostRunner>}
 */
export async function createServerRunner(runFolder, testsFile) {
  const executablePath = await ensureChromium();
  const { chromium } = await import('playwright-core');
  const dataFolder = path.join(runFolder, 'server');
  writeSettings(path.join(dataFolder, 'data', 'User'));
  installTestExtension(path.join(dataFolder, 'extensions'));
  mkdirSync(path.join(cacheRoot, 'inhost'), { recursive: true });
  const log = createWriteStream(path.join(cacheRoot, 'inhost', 'server.log'));
  const writeLog = (text) => log.write(`${text}\n`);
  const server = await startVscodeServer({ dataFolder, port: await findFreePort(), log: writeLog });
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  return {
    name: "VS Code's server",
    run: async (target, environment) => {
      const page = await browser.newPage();
      try {
        const exit = listenForExit(page, writeLog);
        await exit.ready;
        await page.goto(
          workbenchAddress(server.address, target, { extensionFolder: projectRoot, testsFile, environment }),
        );
        return (await Promise.race([exit.code, timeout()])) === 0;
      } finally {
        await page.close();
      }
    },
    dispose: async () => {
      await browser.close();
      await server.stop();
      log.end();
    },
  };
}

/** The workbench reports the end of the tests, and everything it logs meanwhile, through two functions on its page. */
function listenForExit(page, log) {
  let settle;
  const code = new Promise((resolve) => (settle = resolve));
  const ready = Promise.all([
    page.exposeFunction('codeAutomationLog', (_type, args) => log(args.map(String).join(' '))),
    page.exposeFunction('codeAutomationExit', (exitCode) => settle(exitCode)),
  ]);
  return { code, ready };
}

async function timeout() {
  await sleep(timeoutMs, undefined, { ref: false });
  info(`The tests did not end within ${timeoutMs / 1000} s.`);
  return 1;
}

/**
 * Runs in windows of desktop VS Code.
 * @param {string | undefined} executable undefined lets test-electron download VS Code
 * @returns {InhostRunner}
 */
export function createDesktopRunner(executable, runFolder, testsFile) {
  const userDataFolder = path.join(runFolder, 'desktop');
  const extensionsFolder = path.join(runFolder, 'desktop-extensions');
  installTestExtension(extensionsFolder);
  writeSettings(path.join(userDataFolder, 'User'));
  const rootArguments = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : [];
  return {
    name: 'desktop VS Code',
    run: async (target, environment) => {
      const { runTests } = await import('@vscode/test-electron');
      try {
        const code = await runTests({
          ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
          extensionDevelopmentPath: projectRoot,
          extensionTestsPath: testsFile,
          extensionTestsEnv: cleanEnvironment(environment),
          launchArgs: [
            ...(target === undefined ? [] : [target]),
            ...['--user-data-dir', userDataFolder, '--extensions-dir', extensionsFolder],
            ...['--disable-updates', '--skip-welcome', '--skip-release-notes', '--disable-telemetry', ...rootArguments],
          ],
        });
        return code === 0;
      } catch (error) {
        info(error.message);
        return false;
      }
    },
    dispose: async () => undefined,
  };
}
