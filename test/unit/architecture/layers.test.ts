import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const fixtures = path.join(root, 'test/fixtures/architecture');
const rules = createRequire(import.meta.url)(path.join(root, '.dependency-cruiser.cjs')) as {
  forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden'];
};

async function violationsIn(
  baseDir: string,
): Promise<readonly { readonly from: string; readonly rule: string; readonly to: string }[]> {
  const { output } = await cruise(['src'], {
    baseDir,
    ruleSet: rules as NonNullable<ICruiseOptions['ruleSet']>,
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  });
  return (output as ICruiseResult).summary.violations.map(({ from, rule, to }) => ({ from, to, rule: rule.name }));
}

describe('the dependency rule', () => {
  it('holds for the whole source', async () => {
    expect(await violationsIn(root)).toEqual([]);
  }, 60_000);

  describe('on bad imports', () => {
    let flagged: ReadonlySet<string>;

    beforeAll(async () => {
      flagged = new Set((await violationsIn(fixtures)).map(({ from }) => from));
    }, 60_000);

    const bad = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(imports\w+|cycleA)\.ts$/.test(file),
    );

    it.each(bad)('flags %s', (file) => {
      expect([...flagged]).toContain(file);
    });

    it('leaves good files alone', () => {
      expect([...flagged].filter((file) => file.endsWith('target.ts'))).toEqual([]);
    });
  });
});
