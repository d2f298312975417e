import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../../src/node/files/atomicFile';
import { quarantineStore } from '../../../../src/node/sqlite/quarantine';
import { restoreStore } from '../../../../src/node/sqlite/restoreStore';
import { openTempStore, tempFolder } from '../../../support/storeFixture';
import { addSession, backupTools } from './backupFixture';

let outer: string;
const before = process.umask();

beforeEach(async () => {
  outer = await tempFolder();
});
afterEach(async () => {
  process.umask(before);
  await rm(outer, { recursive: true, force: true });
});

/** What others than the owner may do with the files and folders below one, by their names. */
async function openToOthers(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const found = await Promise.all(
    [folder, ...names.map((name) => path.join(folder, name))].map(async (each) => {
      const { mode } = await stat(each);
      return (mode & 0o077) === 0 ? [] : [`${(mode & 0o777).toString(8)} ${path.relative(folder, each)}`];
    }),
  );
  return found.flat();
}

describe.skipIf(process.platform === 'win32').each([0o000, 0o022])('with umask %i', (umask) => {
  it('whatever is written of the sessions is for their owner alone', async () => {
    process.umask(umask);
    const folder = path.join(outer, 'new', 'folder');
    const store = await openTempStore({ folder });
    await addSession(store.service, 'Cart');
    await store.service.backUp('manual');
    await writeFileAtomically(path.join(folder, 'cart.rejoin.yaml'), 'version: "2.0"');
    const during = await readdir(folder);
    expect(during).toEqual(expect.arrayContaining(['backups', 'sessions.db', 'sessions.db-wal', 'sessions.mark']));
    expect(await openToOthers(folder)).toEqual([]);

    const [backup] = await store.service.listBackups();
    await store.service.close();
    const tools = await backupTools(store.clock);
    await restoreStore(tools, store.path, backup?.path ?? '');
    expect(await openToOthers(folder)).toEqual([]);
    await store.reopen();
    await addSession(store.service, 'Later');
    await store.service.close();
    await quarantineStore(store.path, { why: 'a test', now: store.clock.now() });
    await store.reopen().catch(() => undefined);
    expect(await readdir(path.join(folder, 'quarantine'), { recursive: true })).toContainEqual(
      expect.stringMatching(/sessions\.db$/),
    );
    expect(await openToOthers(folder)).toEqual([]);
    await store.dispose();
  });
});
