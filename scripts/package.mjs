// Builds the extension for this platform: out/rejoin-<target>.vsix. With UPDATE_GOLDEN=1 the expected list of files is written anew.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, inProject } from './lib/paths.mjs';
import { info, runMain, SetupError } from './lib/report.mjs';
import { runChecked } from './lib/run.mjs';
import { thirdPartyNotices } from './lib/thirdPartyNotices.mjs';
import { vsixPath, vsixTarget } from './lib/vsix.mjs';

const largestBytes = 5_000_000;
const goldenFile = inProject('test', 'golden', 'vsix-files.txt');
const vsce = inProject('node_modules', '@vscode', 'vsce', 'vsce');

function writeNotices() {
  const metafiles = ['extension', 'models', 'webview', 'languageClient', 'checkpoints', 'server'].map((name) =>
    JSON.parse(readFileSync(path.join(cacheRoot, 'metafiles', `${name}.json`), 'utf8')),
  );
  writeFileSync(inProject('dist', 'THIRD_PARTY_NOTICES.txt'), thirdPartyNotices(metafiles));
}

async function checkFileList() {
  const output = await runChecked(process.execPath, [vsce, 'ls', '--no-dependencies']);
  const listed = output
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('Executing'))
    .sort()
    .join('\n');
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(path.dirname(goldenFile), { recursive: true });
    writeFileSync(goldenFile, `${listed}\n`);
    return;
  }
  const expected = readFileSync(goldenFile, 'utf8').trim();
  if (listed !== expected) {
    throw new SetupError(
      `The package would hold other files than test/golden/vsix-files.txt lists.\n${difference(expected, listed)}\n` +
        'If that is meant, run: UPDATE_GOLDEN=1 npm run package',
    );
  }
}

function difference(expected, listed) {
  const [before, after] = [expected, listed].map((text) => text.split('\n'));
  const missing = before.filter((file) => !after.includes(file)).map((file) => `  missing: ${file}`);
  const added = after.filter((file) => !before.includes(file)).map((file) => `  added:   ${file}`);
  return [...missing, ...added].join('\n');
}

async function pack() {
  mkdirSync(path.dirname(vsixPath), { recursive: true });
  rmSync(vsixPath, { force: true });
  await runChecked(process.execPath, [vsce, 'package', '--no-dependencies', '--target', vsixTarget, '--out', vsixPath]);
  const bytes = statSync(vsixPath).size;
  if (bytes > largestBytes) throw new SetupError(`${vsixPath} has ${bytes} bytes; its limit is ${largestBytes}.`);
  return bytes;
}

await runMain(async () => {
  await runChecked(process.execPath, [inProject('scripts', 'setup.mjs')], { show: true });
  await runChecked(process.execPath, [inProject('esbuild.mjs'), '--production', '--metafile'], { show: true });
  await runChecked(process.execPath, [inProject('scripts', 'checkBundles.mjs')], { show: true });
  writeNotices();
  await checkFileList();
  const bytes = await pack();
  info(
    `${path.relative(inProject(), vsixPath)} (${(bytes / 1_000_000).toFixed(2)} MB of ${largestBytes / 1_000_000} MB)`,
  );
});
