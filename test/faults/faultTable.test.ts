import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultTable } from './support/faultTable';

const root = join(import.meta.dirname, '..', '..');
const quotes = [`'`, '"', '`'];

/** A name stands in quotes, so that no comment is taken for a test. */
function isNamed(source: string, test: string): boolean {
  return quotes.some((quote) => source.includes(quote + test.replaceAll(quote, `\\${quote}`)));
}

describe('every fault', () => {
  it.each(Object.entries(faultTable))('has tests that inject it: %s', async (_fault, proofs) => {
    expect(proofs.length).toBeGreaterThan(0);
    for (const [file, test] of proofs) {
      const source = await readFile(join(root, file), 'utf8');
      expect(isNamed(source, test), `${file} has no test "${test}"`).toBe(true);
    }
  });

  it('that a file is about stands in the table', async () => {
    const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.test.ts'));
    const named = new Set(Object.values(faultTable).flatMap((proofs) => proofs.map(([file]) => file)));
    const missing = files.filter((name) => name !== 'faultTable.test.ts' && !named.has(`test/faults/${name}`));
    expect(missing).toEqual([]);
  });
});
