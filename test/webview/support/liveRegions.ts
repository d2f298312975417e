import type { Page } from 'playwright-core';

/** Collects from now on what screen readers are told by themselves, each text once for every time that it changes. */
export async function watchLiveRegions(page: Page): Promise<() => Promise<readonly string[]>> {
  const handle = await page.evaluateHandle(() => {
    const texts = new Map<Element, string>();
    const heard: string[] = [];
    const spoken = (region: Element): string => {
      const copy = region.cloneNode(true) as Element;
      copy.querySelectorAll('[aria-hidden=true], button').forEach((silent) => silent.remove());
      return (copy.textContent ?? '').trim();
    };
    const look = (): void => {
      for (const region of document.querySelectorAll('[aria-live=polite], [role=status], [role=alert]')) {
        const text = spoken(region);
        if (text !== '' && texts.get(region) !== text) {
          heard.push(text);
        }
        texts.set(region, text);
      }
    };
    look();
    heard.length = 0;
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    return heard;
  });
  return () => handle.evaluate((heard) => [...heard]);
}
