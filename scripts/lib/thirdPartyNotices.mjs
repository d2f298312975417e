import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inProject } from './paths.mjs';
import { SetupError } from './report.mjs';

/** Shipped without being an input of a bundle: compiled into the native module, or copied as drawings. */
const packagesBeyondBundles = ['node_modules/node-addon-api', 'node_modules/@vscode/codicons'];

const sqliteNotice = `SQLite
Compiled into the native module. SQLite is in the public domain: https://sqlite.org/copyright.html`;

/**
 * The notices of every package that ships, from the inputs that esbuild recorded.
 *
 * @param {readonly { inputs: Record<string, unknown> }[]} metafiles
 * @returns {string}
 * @throws when a package ships without naming a licence.
 */
export function thirdPartyNotices(metafiles) {
  const folders = new Set(packagesBeyondBundles);
  for (const input of metafiles.flatMap((metafile) => Object.keys(metafile.inputs))) {
    const folder = packageFolderOf(input);
    if (folder !== undefined) folders.add(folder);
  }
  const notices = [...folders].map(noticeOf);
  const unique = [...new Set(notices)].sort();
  return ['Rejoin contains the following software of others, under these licences.', ...unique, sqliteNotice]
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n');
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` belongs to `node_modules/a/node_modules/@b/c`. */
function packageFolderOf(input) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function noticeOf(folder) {
  const { name, version, license, homepage, repository } = JSON.parse(
    readFileSync(inProject(folder, 'package.json'), 'utf8'),
  );
  if (typeof license !== 'string') throw new SetupError(`${name} ${version} ships, but names no licence.`);
  const source = homepage ?? (typeof repository === 'string' ? repository : repository?.url) ?? '';
  return [`${name} ${version}`, `Licence: ${license}`, source, licenceText(folder)]
    .filter((line) => line !== '')
    .join('\n');
}

function licenceText(folder) {
  const files = readdirSync(inProject(folder))
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  const texts = files.map((file) => path.join(inProject(folder), file)).filter((file) => existsSync(file));
  return texts.map((file) => `\n${readFileSync(file, 'utf8').trim()}`).join('\n');
}
