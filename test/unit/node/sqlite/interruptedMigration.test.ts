import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toSessionId } from '../../../../src/core/session/session';
import { openLocalSessionService, storeFileName } from '../../../../src/node/sqlite/openLocalSessionService';
import { FakeClock } from '../../../support/builders';
import { earlierMessage, makeEarlierStore } from '../../../support/earlierStore';
import { rawSql } from '../../../support/rawSql';
import { migrationsDir, storeOptions, tempFolder } from '../../../support/storeFixture';
import { buildStoreProgram, startStoreProcess } from '../../../support/storeProcess';

const schema = 3;

describe('a migration that does not get to its end', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder, storeFileName);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function makeOld(where: string): Promise<void> {
    const old = await makeEarlierStore(where, schema - 1);
    await old.addSession('s1', 'Cart bug', [earlierMessage('One'), earlierMessage('Two')]);
    await old.close();
  }

  /** Everything that SQL can see of the file. */
  async function imageOf(file: string): Promise<unknown> {
    const objects = await rawSql<{ type: string; name: string; sql: string }>(
      file,
      'SELECT type, name, sql FROM sqlite_schema ORDER BY name',
    );
    const tables = objects.filter(({ type }) => type === 'table').map(({ name }) => name);
    const rows = await Promise.all(tables.map((name) => rawSql(file, `SELECT * FROM "${name}"`)));
    return { objects, rows, version: await rawSql(file, 'PRAGMA user_version') };
  }

  const open = (where = folder, migrations = migrationsDir) =>
    openLocalSessionService({ ...storeOptions(where, new FakeClock()), migrationsDir: migrations });

  async function expectNew(where = folder): Promise<void> {
    const service = await open(where);
    expect(await service.describe()).toMatchObject({ schemaVersion: schema });
    expect(await service.loadBranch(toSessionId('s1'))).toHaveLength(2);
    expect(await service.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
    await service.close();
  }

  it('leaves the file as it was, whichever of its statements fails', { timeout: 60_000 }, async () => {
    await makeOld(folder);
    const before = await imageOf(path);
    const names = (await readdir(migrationsDir)).sort();
    const last = names.at(-1) ?? '';
    const statements = statementsOf(await readFile(join(migrationsDir, last), 'utf8'));
    expect(statements.length).toBeGreaterThan(5);
    const broken = join(folder, 'broken');
    await mkdir(broken);
    for (const name of names) {
      await copyFile(join(migrationsDir, name), join(broken, name));
    }
    for (let done = 0; done <= statements.length; done++) {
      const sql = [...statements.slice(0, done), 'SELECT nothing FROM nowhere;', ...statements.slice(done)].join('\n');
      await writeFile(join(broken, last), sql);
      await expect(open(folder, broken)).rejects.toMatchObject({ code: 'store/migration-failed' });
      expect(await imageOf(path)).toEqual(before);
    }
    await expectNew();
  });

  const canTrace = spawnSync('strace', ['-V']).status === 0;
  describe.skipIf(!canTrace)('because its process is killed', () => {
    let program: string;
    beforeAll(async () => {
      program = await buildStoreProgram();
    });
    afterAll(async () => {
      await rm(program, { force: true });
    });

    it('leaves the old file or the new one', { timeout: 120_000 }, async () => {
      const versions = new Set<number>();
      let killed = 0;
      for (let call = 1, ended = false; !ended; call += 3) {
        const where = await mkdtemp(join(folder, 'kill-'));
        await makeOld(where);
        const old = await imageOf(join(where, storeFileName));
        const inject = `inject=pwrite64:signal=KILL:when=${call}`;
        const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', join(where, storeFileName)];
        const log = ['-P', join(where, `${storeFileName}-wal`), '-e', 'trace=pwrite64', '-e', inject];
        const child = startStoreProcess(program, where, { kind: 'open' }, { under: [...under, ...log] });
        ended = (await child.done) === 0;
        killed += Number(!ended);
        const file = join(where, storeFileName);
        const [row] = await rawSql<{ user_version: number }>(file, 'PRAGMA user_version');
        versions.add(row?.user_version ?? -1);
        if (row?.user_version === schema - 1) {
          expect(await imageOf(file)).toEqual(old);
        }
        await expectNew(where);
      }
      expect(killed).toBeGreaterThan(3);
      expect([...versions].sort()).toEqual([schema - 1, schema]);
    });
  });

  const canMount = process.platform === 'linux' && process.getuid?.() === 0;
  it.skipIf(!canMount)('leaves the old file when the disk is full, and goes on when there is room', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'rejoin-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      await makeOld(disk);
      const file = join(disk, storeFileName);
      const before = await imageOf(file);
      const filler = join(disk, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
      const refused = await open(disk).then(
        (service) => service.close().then(() => service.health),
        (error: unknown) => ({ kind: 'rejected', error }),
      );
      expect(refused).toMatchObject({
        error: { code: expect.stringMatching(/^store\/(full|backup-failed)$/) as string },
      });
      await rm(filler);
      expect(await imageOf(file)).toEqual(before);
      await expectNew(disk);
    } finally {
      execFileSync('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    }
  });
});

/** The statements of a migration, which end at the end of a line; those of a trigger stay together. */
function statementsOf(sql: string): readonly string[] {
  const statements: string[] = [];
  let statement = '';
  for (const line of sql.split('\n')) {
    statement += `${line}\n`;
    const ends = statement.includes('CREATE TRIGGER')
      ? line === 'END;'
      : line.replace(/--.*/, '').trimEnd().endsWith(';');
    if (ends) {
      statements.push(statement);
      statement = '';
    }
  }
  return statements;
}
