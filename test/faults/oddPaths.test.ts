import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { RealWindow } from '../support/realWindow';
import { migrationsDir } from '../support/storeFixture';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound } from './support/soundStore';

const cleanup = useCleanup();

async function openAt(folder: string): Promise<RealWindow> {
  const window = new RealWindow(folder, migrationsDir);
  cleanup.add(() => window.close());
  await window.open();
  return window;
}

describe('the folder of the store', () => {
  const names = {
    'missing parents': join('not', 'there', 'yet'),
    'blanks at both ends': ' my sessions ',
    'marks of addresses': 'a#b?c%20d&e=f;g',
    'emoji and combined letters': 'тест 🗂️ é é 日本',
    quotes: `it's "quoted" \`so\``,
    'the longest name a disk takes': 'n'.repeat(250),
    'a deep path': join(...Array.from({ length: 12 }, (_, index) => `${index}`.repeat(20))),
  };
  for (const [what, name] of Object.entries(names)) {
    faultTest(`can have ${what} in its path`, { needs: ['signals'] }, async () => {
      const folder = join(await cleanup.folder(), name);
      const window = await openAt(folder);
      const session = newSessionId();
      await (await window.service).append(appendRequest(session, [userMessage()]));
      await window.close();
      const again = await openAt(folder);
      expect(await (await again.service).loadBranch(session)).toHaveLength(1);
      await again.close();
      await expectSound(folder);
    });
  }

  faultTest('that cannot be one is refused with its path, and nothing is made or changed', {}, async () => {
    const folder = await cleanup.folder();
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    await mkdir(join(folder, 'taken', 'sessions.db'), { recursive: true });
    const tooLong = join(folder, 'n'.repeat(300));
    for (const wrong of [file, join(file, 'below'), join(folder, 'taken'), tooLong]) {
      await expect(openAt(wrong)).rejects.toMatchObject({
        code: 'store/cannot-open',
        args: { path: expect.stringContaining(wrong) as string },
      });
    }
    expect(await readFile(file, 'utf8')).toBe('mine');
  });
});
