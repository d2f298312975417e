import { copyFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { buildInstalledProgram } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound } from './support/soundStore';
import { startWindow } from './support/storeWindow';

const cleanup = useCleanup();

describe('the native module', () => {
  let program: string;
  let module: string;
  let folder: string;
  beforeEach(async () => {
    const home = await cleanup.folder();
    program = await buildInstalledProgram(home);
    module = join(home, 'vscode-sqlite3.node');
    folder = join(home, 'store');
  });

  const faults: Readonly<Record<string, () => Promise<void>>> = {
    'is missing': () => rename(module, `${module}.away`),
    'is no module at all': async () => {
      await rename(module, `${module}.away`);
      await writeFile(module, 'not a library');
    },
    'was built for another program': async () => {
      await rename(module, `${module}.away`);
      // A library that loads and is none of Node's.
      await copyFile(await someLibrary(), module);
    },
  };

  for (const [what, inflict] of Object.entries(faults)) {
    faultTest(`that ${what} is told apart, harms nothing, and is not remembered`, { needs: ['linux'] }, async () => {
      const session = newSessionId();
      const before = await startWindow(cleanup, folder, { program });
      await before.service.append(appendRequest(session, [userMessage()]));
      await before.close();

      await inflict();
      const window = await startWindow(cleanup, folder, { program });
      await expect(window.window.open()).rejects.toMatchObject({ code: 'store/native-module' });
      await expect(window.window.open()).rejects.toMatchObject({ code: 'store/native-module' });
      await rename(`${module}.away`, module);
      expect(await window.service.loadBranch(session)).toHaveLength(1);
      await window.close();
      await expectSound(folder);
    });
  }
});

async function someLibrary(): Promise<string> {
  for (const place of ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']) {
    const names = await readdir(place).catch(() => []);
    const found = names.find((name) => /^libm\.so\.\d+$/.test(name));
    if (found !== undefined) {
      return join(place, found);
    }
  }
  throw new Error('No library was found');
}
