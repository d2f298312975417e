import { cpSync, createWriteStream, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureChromium } from '../../../scripts/lib/chromium.mjs';
import { findFreePort, installExtension, startVscodeServer } from '../../../scripts/lib/serverProcess.mjs';

/** What is needed to open windows on a running server. */
export interface RigContext {
  readonly serverAddress: string;
  /** Server data of this run; `data/User` holds the user settings of every window. */
  readonly dataFolder: string;
  /** Folder of this run for whatever tests create; removed at the end. */
  readonly runFolder: string;
  readonly chromium: string;
  readonly projectRoot: string;
}

export interface Rig {
  readonly context: RigContext;
  /** Ends the server and removes what the run left behind. */
  stop(): Promise<void>;
}

/** Starts VS Code's server on fresh data. With `vsix` that packaged extension is installed first. */
export async function startRig(projectRoot: string, vsix?: string): Promise<Rig> {
  const chromium = await ensureChromium();
  const runFolder = realpathSync(mkdtempSync(path.join(tmpdir(), 'rejoin-e2e-')));
  const dataFolder = path.join(runFolder, 'server');
  // Of extensions under development a window takes one only, so the helpers are installed ones.
  cpSync(
    path.join(projectRoot, 'test', 'e2e', 'extensions', 'rejoin-test-bridge'),
    path.join(dataFolder, 'extensions', 'rejoin-tests.rejoin-test-bridge-0.0.1'),
    { recursive: true },
  );
  cpSync(
    path.join(projectRoot, 'test', 'e2e', 'extensions', 'fake-lm-provider'),
    path.join(dataFolder, 'extensions', 'rejoin-tests.fake-lm-provider-0.0.1'),
    { recursive: true },
  );
  if (vsix !== undefined) await installExtension(dataFolder, vsix);
  const logFolder = path.join(projectRoot, '.cache', 'e2e');
  mkdirSync(logFolder, { recursive: true });
  const log = createWriteStream(path.join(logFolder, 'server.log'));
  const server = await startVscodeServer({ dataFolder, port: await findFreePort(), log: (text) => log.write(text) });
  return {
    context: { serverAddress: server.address, dataFolder, runFolder, chromium, projectRoot },
    stop: async () => {
      await server.stop();
      log.end();
      if (process.env['REJOIN_KEEP_RUN'] === undefined) {
        rmSync(runFolder, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}
