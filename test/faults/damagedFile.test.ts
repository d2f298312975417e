import { cp, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { isAppError, toError } from '../../src/core/base/errors';
import type { StoreHealth } from '../../src/core/session/storeHealth';
import { listRestoreChoices, type RestoreChoice } from '../../src/node/sqlite/restoreChoices';
import { restoreStore } from '../../src/node/sqlite/restoreStore';
import { useCleanup } from './support/cleanup';
import { cutInHalf, pageBytes, replaceText, zeroHeader, zeroPage } from './support/damage';
import { faultTest } from './support/faultTest';
import { fingerprint } from './support/fingerprint';
import { makeLibrary, markerOf, restoreTools, type Library } from './support/library';
import { byLength } from './support/runLength';
import { brokenLogs, expectSound, storedIds, textsOf } from './support/soundStore';
import { startWindow } from './support/storeWindow';

const cleanup = useCleanup();

async function choicesFor(library: Library): Promise<readonly RestoreChoice[]> {
  const options = await listRestoreChoices(await restoreTools(), library.path);
  cleanup.add(() => options.dispose());
  return options.choices;
}

/** Puts a choice in place; what was there lies aside byte for byte, and what is there is sound and as large as told. */
async function expectRestores(library: Library, choice: RestoreChoice): Promise<void> {
  const damaged = await readFile(library.path);
  const { quarantine = '' } = await restoreStore(await restoreTools(), library.path, choice);
  expect(await readFile(join(quarantine, 'sessions.db'))).toEqual(damaged);
  const stored = await storedIds(library.folder);
  expect(library.total - stored.size).toBe(choice.missing);
  const known = new Set<string>(library.sessions.flatMap(({ events }) => events));
  expect([...stored].filter((id) => !known.has(id))).toEqual([]);
}

describe('a damaged file', () => {
  const faults: Readonly<Record<string, { readonly code: string; inflict(path: string): Promise<unknown> }>> = {
    'without its header': { code: 'store/not-a-database', inflict: zeroHeader },
    'whose first page is gone': { code: 'store/not-a-database', inflict: (path) => zeroPage(path, 1) },
    'that ends within its header': { code: 'store/corrupt', inflict: (path) => truncate(path, 60) },
  };
  for (const [what, { code, inflict }] of Object.entries(faults)) {
    faultTest(
      `${what} is refused, keeps every byte, and gives way to the backup that a person chooses`,
      {},
      async () => {
        const library = await makeLibrary(cleanup);
        await inflict(library.path);
        const before = await fingerprint(library.folder);
        const window = await startWindow(cleanup, library.folder);
        for (let attempt = 0; attempt < 2; attempt++) {
          await expect(window.window.open()).rejects.toMatchObject({ code, args: { path: library.path } });
        }
        await window.close();
        expect(await fingerprint(library.folder)).toEqual(before);

        const [newest] = await choicesFor(library);
        expect(newest).toMatchObject({ kind: 'backup', sessions: 3, missing: library.total - library.backedUp });
        if (newest !== undefined) {
          await expectRestores(library, newest);
        }
        await expectSound(library.folder);
      },
    );
  }

  faultTest('that was cut in half is noticed, and what is left of it is completed from the backup', {}, async () => {
    // Large enough for the tables themselves to lie in the first half.
    const library = await makeLibrary(cleanup, { messageLength: 10_000 });
    await cutInHalf(library.path);
    await expectNoticed(library);
    const salvage = (await choicesFor(library)).find(({ kind }) => kind === 'salvage');
    expect(salvage?.missing).toBeLessThanOrEqual(library.total - library.backedUp);
    if (salvage !== undefined) {
      await expectRestores(library, salvage);
    }
    expect(await brokenReads(library)).toEqual([]);
  });

  faultTest(
    'that lost any one page is noticed, and what is told to be missing after salvaging is what is missing',
    { timeout: 600_000 },
    async () => {
      const originals = [await makeLibrary(cleanup), await makeLibrary(cleanup, { backup: false })] as const;
      const { size } = await stat(originals[0].path);
      const pages = Array.from({ length: size / pageBytes - 1 }, (_, index) => index + 2);
      const chosen = byLength({ short: [2, 8, pages.length - 2], long: pages });
      const withoutSalvage: number[] = [];
      for (const page of chosen) {
        const library = await copyLibrary(originals[page % 2 === 0 ? 0 : 1]);
        await zeroPage(library.path, page);
        await expectNoticed(library, `page ${page}`);
        const choices = await choicesFor(library);
        const choice = choices.find(({ kind }) => kind === 'salvage') ?? choices[0];
        if (choice?.kind !== 'salvage') {
          withoutSalvage.push(page);
          expect(choice?.kind, `page ${page}`).toBe(library.backedUp > 0 ? 'backup' : 'empty');
        }
        if (choice !== undefined && choice.kind !== 'empty') {
          await expectRestores(library, choice);
          expect(await brokenReads(library)).toEqual([]);
        }
      }
      // Nothing can be read where the page told which tables there are; those pages are few.
      console.log(`salvaged ${chosen.length - withoutSalvage.length} of ${chosen.length} files that lost one page`);
      expect(withoutSalvage.length).toBeLessThanOrEqual(4);
    },
  );

  faultTest('whose backups are damaged as well keeps its bytes aside and starts anew when told to', {}, async () => {
    const library = await makeLibrary(cleanup);
    await zeroHeader(library.path);
    const backups = join(library.folder, 'backups');
    for (const name of await readdir(backups)) {
      await zeroPage(join(backups, name), 3);
    }
    const before = await fingerprint(backups);
    const choices = await choicesFor(library);
    expect(choices.filter(({ kind }) => kind === 'backup')).toEqual([]);
    const empty = choices.find(({ kind }) => kind === 'empty');
    expect(empty).toMatchObject({ missing: library.total });
    if (empty !== undefined) {
      await expectRestores(library, empty).catch(async () => {
        // Nothing lies there until it is opened.
        await expect(stat(library.path)).rejects.toMatchObject({ code: 'ENOENT' });
      });
    }
    expect(Object.values(await fingerprint(backups))).toEqual(expect.arrayContaining(Object.values(before)));
    const window = await startWindow(cleanup, library.folder);
    expect(await window.service.list({ states: ['active'], limit: 10 })).toEqual([]);
    await window.close();
    await expectSound(library.folder);
  });
});

describe('a message whose bytes were changed on disk', () => {
  faultTest('is the only one that is marked, and all others are as they were', {}, async () => {
    const library = await makeLibrary(cleanup, { backup: false });
    const changed = await replaceText(library.path, markerOf(1, 7), markerOf(1, 7).replace('marker', 'MARKER'));
    expect(changed).toBe(1);
    const window = await startWindow(cleanup, library.folder);
    const altered: string[] = [];
    for (const { id, events } of library.sessions) {
      const { events: loaded } = await window.service.loadPage(id, 100);
      expect(loaded.map((event) => event.id)).toEqual(events);
      altered.push(...loaded.filter((event) => event.altered === true).map((event) => event.id));
    }
    expect(altered).toEqual([library.sessions[1]?.events[7]]);
    const [first] = library.sessions;
    const texts = textsOf(await window.service.loadBranch(first?.id ?? sessionMissing()));
    texts.forEach((text, index) => expect(text.startsWith(markerOf(0, index))).toBe(true));
    expect(await window.service.check()).toEqual({ problems: [], altered, incomplete: [], missingEvents: 0 });
    await window.close();
  });
});

async function copyLibrary(library: Library): Promise<Library> {
  const folder = join(await cleanup.folder(), 'copy');
  await cp(library.folder, folder, { recursive: true });
  return { ...library, folder, path: join(folder, 'sessions.db') };
}

/** Opening it or looking it through says that it is damaged; nothing is taken for empty or sound. */
async function expectNoticed(library: Library, label = ''): Promise<void> {
  const before = await readFile(library.path);
  const window = await startWindow(cleanup, library.folder);
  try {
    const check = await window.service.check();
    const found = check.problems.length + check.incomplete.length + check.altered.length + check.missingEvents;
    expect(found, label).toBeGreaterThan(0);
  } catch (error) {
    expect(isAppError(error, 'store/corrupt', 'store/not-a-database'), `${label} ${String(error)}`).toBe(true);
  }
  // What can be read is read; what cannot is told and makes the store one that nothing more is written to.
  for (const { id } of library.sessions) {
    const failure = await window.service.loadBranch(id).then(() => undefined, toError);
    if (failure !== undefined) {
      expect(isAppError(failure, 'store/corrupt', 'store/not-a-database'), `${label} ${failure.message}`).toBe(true);
      const health = await window.read<StoreHealth>('service', 'health').catch(() => undefined);
      expect(health?.kind ?? 'broken', label).toBe('broken');
    }
  }
  await window.kill();
  expect(await readFile(library.path), label).toEqual(before);
}

/** What cannot be read of a store that was restored. */
async function brokenReads(library: Library): Promise<readonly string[]> {
  const window = await startWindow(cleanup, library.folder);
  const { problems, missingEvents } = await window.service.check();
  const shown: string[] = [];
  for (const session of await window.service.list({ states: ['active'], limit: 10 })) {
    shown.push(...(await window.service.loadBranch(session.id)).map((event) => event.id));
  }
  await window.close();
  const unread = [...(await storedIds(library.folder))].filter((id) => !shown.includes(id));
  // Where messages are missing so are their numbers, and others hang below them; nothing else may be wrong.
  const broken = (await brokenLogs(library.path)).filter(
    (problem) => !/has number|row counts|hangs below/.test(problem),
  );
  return [...problems, ...unread, ...broken, ...(missingEvents === 0 ? [] : [`${missingEvents} missing`])];
}

function sessionMissing(): never {
  throw new Error('The library has no session');
}
