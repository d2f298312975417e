import { existsSync } from 'node:fs';
import path from 'node:path';
import { info, SetupError } from './report.mjs';
import { run, runChecked } from './run.mjs';

const commandNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'msedge',
  'chrome',
];

const fixedPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Arguments every browser of the tests starts with: no sandbox (as root there is none), no traffic of its own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of an installed Chromium, Chrome or Edge (`REJOIN_CHROMIUM` names another), or undefined. */
export function findChromium() {
  const chosen = process.env.REJOIN_CHROMIUM;
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new SetupError(`REJOIN_CHROMIUM names ${chosen}, which does not exist.`);
    return chosen;
  }
  const ending = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = commandNames.flatMap((name) => folders.map((folder) => path.join(folder, name + ending)));
  return [...onPath, ...fixedPaths].find((candidate) => existsSync(candidate));
}

/** As `findChromium`, but installs Debian's package when there is none and this process may. */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    info('Installing chromium and a font (apt-get)…');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await runChecked('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env });
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new SetupError('No Chromium, Chrome or Edge found. Install one, or name it in REJOIN_CHROMIUM.');
}
