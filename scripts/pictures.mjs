// Takes the pictures of the README from the real product. Arguments: names of pictures, all when none is given.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { cacheRoot, inProject, projectRoot } from './lib/paths.mjs';
import { runMain } from './lib/report.mjs';
import { runChecked } from './lib/run.mjs';

await runMain(async () => {
  await runChecked(process.execPath, [inProject('esbuild.mjs')], { show: true });
  const outfile = path.join(cacheRoot, 'pictures', 'main.mjs');
  await build({
    absWorkingDir: projectRoot,
    entryPoints: [path.join('test', 'pictures', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [keepScripts()],
    logLevel: 'warning',
  });
  const { takePictures } = await import(pathToFileURL(outfile).href);
  await takePictures(projectRoot, process.argv.slice(2));
});

/** Imports scripts/lib from where they are: they find the project by their own place, which a bundle would change. */
function keepScripts() {
  return {
    name: 'keep-scripts',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /scripts\/lib\/.*\.mjs$/ }, ({ path: request, resolveDir }) => ({
        path: pathToFileURL(path.resolve(resolveDir, request)).href,
        external: true,
      }));
    },
  };
}
