import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { turn } from './support/conversation';
import { pictureFolder } from './support/harness';
import { PageSet } from './support/pageSet';
import { states } from './support/states';
import type { ThemeName } from './support/themes';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

describe('the looks of the chat view', () => {
  describe.each<ThemeName>(['dark', 'light', 'hc-dark', 'hc-light'])('in the theme %s', (theme) => {
    it.each(Object.entries(states))('has no serious accessibility fault: %s', async (name, state) => {
      const page = await set.open(state(), { theme });
      await page.screenshot({ path: `${pictureFolder()}/${name}-${theme}.png` });
      const found = await page.evaluate(`${axeSource}; window.axe.run()`);
      const { violations } = found as { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
    });
  });

  it.each([180, 300, 420, 1200])('fits %i px without scrolling sideways', async (width) => {
    for (const [name, state] of Object.entries(states)) {
      const page = await set.open(state(), { width });
      const overflow = await page.evaluate(() => {
        const scroller = document.querySelector('.scroller') ?? document.documentElement;
        return Math.max(scroller.scrollWidth - scroller.clientWidth, document.body.scrollWidth - window.innerWidth);
      });
      await page.screenshot({ path: `${pictureFolder()}/${name}-${String(width)}.png` });
      expect(`${name} ${String(overflow)}`).toBe(`${name} 0`);
    }
  });

  it.each(['ltr', 'rtl'] as const)('stands still for whoever asked for less motion (%s)', async (dir) => {
    const page = await set.open(
      { ...states.full(), turn: turn() },
      {
        bodyClass: 'vscode-reduce-motion',
        ...(dir === 'rtl' ? { dir } : {}),
      },
    );
    await page.locator('.turn-status').waitFor();
    const animations = await page
      .locator('.spin')
      .evaluateAll((all) => all.map((element) => getComputedStyle(element).animationName));
    expect(animations).toEqual(['none', 'none']);
    await page.screenshot({ path: `${pictureFolder()}/reduced-${dir}.png` });
  });
});
