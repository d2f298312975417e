// Collects every text that can be translated into l10n/bundle.l10n.json, the template for translators.
// With --check it only says whether that file is up to date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { getL10nJson } from '@vscode/l10n-dev';
import { build } from 'esbuild';
import { inProject } from './lib/paths.mjs';

const bundleFile = inProject('l10n', 'bundle.l10n.json');

/** The texts of the host's code and those that it hands to the view. */
export async function collectTexts() {
  const folder = inProject('src', 'extension');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ extension: '.ts', contents: readFileSync(path.join(folder, file), 'utf8') }));
  const { outputFiles } = await build({
    entryPoints: [inProject('src', 'protocol', 'viewStrings.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const { defaultViewStrings } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const texts = {
    ...(await getL10nJson(sources)),
    ...Object.fromEntries(Object.values(defaultViewStrings).map((text) => [text, text])),
  };
  return `${JSON.stringify(Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1))), undefined, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = await collectTexts();
  if (process.argv.includes('--check')) {
    if (readFileSync(bundleFile, 'utf8') !== wanted) {
      console.error('l10n/bundle.l10n.json is out of date. Run: npm run l10n');
      process.exitCode = 1;
    }
  } else {
    writeFileSync(bundleFile, wanted);
  }
}
