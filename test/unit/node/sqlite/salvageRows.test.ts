import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSqlite, type SqliteBinding } from '../../../../src/node/sqlite/sqliteBinding';
import { salvageRows, type SalvagedRow } from '../../../../src/node/sqlite/salvageRows';
import { SqliteConnection } from '../../../../src/node/sqlite/sqliteConnection';
import { rawSql } from '../../../support/rawSql';
import { tempFolder } from '../../../support/storeFixture';
import { zeroPage } from './backupFixture';
import { writeFile } from 'node:fs/promises';

describe('rows of a damaged table', () => {
  let folder: string;
  let path: string;
  let binding: SqliteBinding;
  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder, 'damaged.db');
    await writeFile(path, '');
    binding = await loadSqlite();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A thousand rows, some pages of which are gone, with an index of that name beside a sound one. */
  async function makeDamaged(index: string): Promise<void> {
    const connection = await SqliteConnection.open(binding, path, 'readwrite');
    await connection.exec(`CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, filler TEXT NOT NULL);
      CREATE INDEX ${index} ON things (name);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO things SELECT i, 'name ' || i, hex(zeroblob(200)) FROM n`);
    await connection.close();
    const leaves = await rawSql<{ pageno: number }>(
      path,
      "SELECT pageno FROM dbstat WHERE name = 'things' AND pagetype = 'leaf' ORDER BY pageno",
    );
    for (const leaf of [10, 11, 30]) {
      await zeroPage(path, leaves[leaf]?.pageno ?? 0);
    }
  }

  it.each(['"plain"', '"with "" a quote"', '"plain"" UNION ALL SELECT 7 --"'])(
    'are found through an index whatever it is called: %s',
    async (index) => {
      await makeDamaged(index);
      const connection = await SqliteConnection.open(binding, path, 'readonly');
      const asked = vi.spyOn(connection, 'allOnce');
      const found: SalvagedRow[] = [];
      const whole = await salvageRows(connection, 'things', ['id'], 1000, (rows) =>
        Promise.resolve(void found.push(...rows)),
      );
      expect(whole).toBe(false);
      expect(asked).toHaveBeenCalledTimes(1);
      await expect(asked.mock.results[0]?.value).resolves.toHaveLength(1000);
      const ids = new Set(found.map(({ id }) => id));
      expect(ids.size).toBe(found.length);
      expect(found.length).toBeGreaterThan(900);
      await connection.close();
    },
  );
});
