import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLink } from '../../src/extension/chat/linkOpener';
import type { SessionSnapshot } from '../../src/protocol/chatProtocol';
import { isPlain, splitInvisible } from '../../src/webview/markdown/invisibleText';
import { hostilePayloads, payloadClasses, type HostilePayload } from '../support/hostilePayloads';
import { stubMessages, stubOpened } from '../support/vscodeStub';
import { snapshot, summary, turn } from './support/conversation';
import { HostilePages, noMisdeeds } from './support/hostilePage';
import { placesOf } from './support/hostilePlaces';
import './support/pageHost';

vi.mock('vscode', async () => (await import('../support/vscodeStub')).vscodeStub);

/** Where texts of models, files, stores and other sessions stand. */
const places = [
  '.title',
  '.recent-title',
  'textarea',
  '.composer .chip-name',
  '.message .chip-name',
  '.command-help',
  '.bubble',
  '.bubble .fold-title',
  '.bubble .plain-text',
  'article.assistant > .markdown',
  '.reasoning .plain-text',
  '.tool .fold-title',
  '.tool pre',
  '.confirm .card-title',
  '.confirm pre',
  '.system-block .fold-label',
  '.system-block .plain-text',
  '.summary .markdown',
  '.unreadable',
  '.divider',
  '.finish-text',
  '.model-name',
  '.skill-name',
  '.choice-label',
  '.composer-note',
  '.notice-text',
  '.screen p',
  '.queue',
];

let pages: HostilePages;
beforeAll(async () => {
  pages = await HostilePages.start();
});
afterAll(() => pages.dispose());

it('the policy of the page stops whatever would get past everything else', async () => {
  const page = await pages.open(snapshot());
  const thrown = await page.evaluate(async () => {
    const refused: string[] = [];
    const attempt = async (name: string, action: () => unknown): Promise<void> => {
      try {
        await action();
      } catch {
        refused.push(name);
      }
    };
    const add = (name: string, attributes: Readonly<Record<string, string>>): void => {
      const element = document.createElement(name);
      Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
      document.head.append(element);
    };
    await attempt('html', () => (document.createElement('div').innerHTML = '<b>x</b>'));
    await attempt('text of a script', () => (document.createElement('script').text = 'ran(1)'));
    await attempt('handler', () => document.createElement('b').setAttribute('onclick', 'ran(2)'));
    await attempt('frame', () =>
      document.createElement('iframe').setAttribute('srcdoc', '<script>parent.ran(3)</script>'),
    );
    await attempt('request', () => fetch('https://canary.test/fetch'));
    await attempt('socket', () => new WebSocket('wss://canary.test/socket'));
    await attempt('worker', () => new Worker('https://canary.test/worker.js'));
    navigator.sendBeacon('https://canary.test/beacon');
    add('img', { src: 'https://canary.test/image' });
    add('link', { rel: 'stylesheet', href: 'https://canary.test/style.css' });
    // No frame with an address: the browser connects to its host before the policy says no.
    await attempt('object', () => add('object', { data: 'https://canary.test/object' }));
    add('video', { src: 'https://canary.test/video' });
    add('style', {});
    document.head.lastElementChild?.append('@import "https://canary.test/import.css"');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return refused;
  });
  expect(thrown).toEqual(expect.arrayContaining(['html', 'text of a script', 'handler', 'frame', 'request', 'object']));
  const { ran, connections, violations } = await pages.misdeedsOf(page);
  expect({ ran, connections }).toEqual({ ran: [], connections: [] });
  for (const kind of ['trusted-types', 'connect-src', 'img-src', 'style-src', 'media-src']) {
    expect(violations.join('\n'), kind).toContain(kind);
  }
  await page.close();
});

const payloadsOf = (kind: string): readonly HostilePayload[] => hostilePayloads.filter((each) => each.kind === kind);

describe('what is watched for', () => {
  it('is seen where nothing protects from it', async () => {
    const page = await pages.openUnprotected(
      `<div id="x"></div><script>ran('control')</script><img src="https://canary.test/control"><form></form>`,
    );
    await expect.poll(async () => page.evaluate(() => window.watch.ran)).toEqual(['control']);
    await page.evaluate(() => {
      const root = document.getElementById('root');
      root?.insertAdjacentHTML('beforeend', '<b onclick="x()" style="color:red">x\u202ey</b><a href="command:a">z</a>');
      window.alert('control');
      window.watch.lookAround();
    });
    const misdeeds = await pages.misdeedsOf(page);
    expect(misdeeds.problems.join('\n')).toMatch(
      /<b>[^]*b onclick[^]*b style[^]*hidden characters[^]*href="command:a"/,
    );
    expect(misdeeds.requests).toEqual(['https://canary.test/control']);
    await expect
      .poll(async () => [...misdeeds.connections, ...(await pages.misdeedsOf(page)).connections])
      .not.toEqual([]);
    expect(misdeeds.dialogs).toEqual(['control']);
    await page.close();
  });
});

it('every place that shows a text of somebody else is looked at', async () => {
  const page = await openWithFrames(snapshot());
  const found = new Set<string>();
  for (const each of placesOf('needle')) {
    await showAll(page, [{ name: 'needle', snapshots: [each] }]);
    const seen = await page.evaluate(
      (all) =>
        all.filter((selector) =>
          [...document.querySelectorAll<HTMLElement & { readonly value?: string }>(selector)].some((element) =>
            (element.value ?? element.textContent ?? '').includes('needle'),
          ),
        ),
      places,
    );
    seen.forEach((place) => found.add(place));
  }
  expect([...found].sort()).toEqual([...places].sort());
  await page.close();
});

describe.each(payloadClasses)('hostile texts of the class %s', (kind) => {
  it('do nothing wherever they are shown', async () => {
    const page = await openWithFrames(snapshot());
    const shown = payloadsOf(kind).map(({ name, text }) => ({ name, snapshots: placesOf(text) }));
    for (let start = 0; start < shown.length; start += 20) {
      await showAll(page, shown.slice(start, start + 20));
    }
    expect(await pages.misdeedsOf(page)).toEqual(noMisdeeds);
    expect(await methodsAsked(page)).toEqual(['session/ready']);
    expect(page.url()).toBe(`${pages.origin}/`);
    await page.close();
  });

  it('do nothing at any moment of their arrival', async () => {
    const page = await openWithFrames(snapshot({ summary: summary() }));
    let pieces = 0;
    let drawn = 0;
    for (const { name, text } of payloadsOf(kind)) {
      const cut = piecesOf(text);
      pieces += cut.length;
      drawn += await stream(page, name, cut);
    }
    // A blank or the half of a mark may leave the page as it was.
    expect(drawn).toBeGreaterThan(pieces / 2);
    expect(await pages.misdeedsOf(page)).toEqual(noMisdeeds);
    expect(await methodsAsked(page)).toEqual(['session/ready']);
    await page.close();
  });
});

describe('a person', () => {
  it('sees what hides, wherever it stands, and copies what was written', async () => {
    const page = await openWithFrames(snapshot());
    const hiding = [...payloadsOf('invisible'), ...payloadsOf('terminal')].filter(({ text }) => !isPlain(text));
    expect(hiding.length).toBeGreaterThan(40);
    for (const { name, text } of hiding) {
      await showAll(page, [{ name, snapshots: placesOf(text).slice(0, 1) }]);
      const bubble = page.locator('.message.user .bubble').nth(1);
      expect(await bubble.evaluate((element) => element.textContent), name).toBe(text);
      expect(await bubble.locator('.invisible-mark').count(), name).toBe(marksIn(text));
      const widths = await bubble
        .locator('.invisible-mark')
        .evaluateAll((marks) => marks.map((mark) => mark.getBoundingClientRect().width));
      expect(Math.min(...widths), name).toBeGreaterThan(10);
    }
    await page.close();
  });

  it('who clicks everything opens web and mail addresses only, each by way of the host', async () => {
    const page = await openWithFrames(snapshot());
    const targets = [];
    for (const { name, text } of [...payloadsOf('link'), ...payloadsOf('image'), ...payloadsOf('editor')]) {
      await showAll(page, [{ name, snapshots: placesOf(text).slice(0, 1) }]);
      targets.push(...(await clickAll(page)));
    }
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter((href) => !/^(?:https?:\/\/[^@/]+[/?#]|https?:\/\/[^@/]+$|mailto:)/.test(href))).toEqual([]);
    stubMessages.length = 0;
    for (const href of targets) {
      await openLink(href);
    }
    expect(stubMessages).toEqual([]);
    expect(stubOpened).toEqual(targets);
    expect(await pages.misdeedsOf(page)).toEqual(noMisdeeds);
    expect(page.url()).toBe(`${pages.origin}/`);
    await page.close();
  });
});

/** Clicks every link and every place of a picture with each button, and returns what the host was asked to open. */
async function clickAll(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const before = window.host.requestsOf('link/open').length;
    for (const target of document.querySelectorAll<HTMLElement>('a, button.blocked-image')) {
      target.click();
      target.dispatchEvent(new MouseEvent('auxclick', { bubbles: true, cancelable: true, button: 1 }));
    }
    await window.watch.frame();
    return (window.host.requestsOf('link/open') as { readonly href: string }[]).slice(before).map(({ href }) => href);
  });
}

function marksIn(text: string): number {
  return splitInvisible(text).filter(({ kind }) => kind === 'invisible').length;
}

/** A page that draws when the test says so, as often as it can. */
async function openWithFrames(first: SessionSnapshot): Promise<Page> {
  const page = await pages.open(first);
  await page.evaluate(() => {
    window.watch.takeFrames();
  });
  return page;
}

interface Shown {
  readonly name: string;
  readonly snapshots: readonly SessionSnapshot[];
}

/** Shows one snapshot after the other, with everything unfolded. */
async function showAll(page: Page, shown: readonly Shown[]): Promise<void> {
  const values: unknown = shown;
  await page.evaluate(async (all: unknown) => {
    for (const { name, snapshots } of all as readonly Shown[]) {
      window.watch.name = name;
      for (const each of snapshots) {
        window.host.epoch += 1;
        window.host.notify('session/snapshot', each);
        await window.watch.frame();
        for (const fold of document.querySelectorAll('details')) {
          fold.open = true;
        }
        for (const button of document.querySelectorAll<HTMLElement>('.fold-button[aria-expanded=false]')) {
          button.click();
        }
        await window.watch.frame();
        window.watch.lookAround();
      }
    }
  }, values);
}

/** Characters at the beginning and at the end of a long text that arrive one by one. */
const oneByOne = 400;

/** Every UTF-16 unit by itself, so that characters are cut as well; the middle of a long text in larger pieces. */
function piecesOf(text: string): readonly string[] {
  const units = text.split('');
  if (units.length <= 2 * oneByOne) {
    return units;
  }
  const middle = units.slice(oneByOne, -oneByOne).join('');
  return [...units.slice(0, oneByOne), ...(middle.match(/[^]{1,97}/g) ?? []), ...units.slice(-oneByOne)];
}

/** Lets a reply arrive piece by piece, each drawn before the next one comes. Returns how many changed what is seen. */
async function stream(page: Page, name: string, pieces: readonly string[]): Promise<number> {
  const running: unknown = turn();
  return page.evaluate(
    async ([payload, view, all]) => {
      const { host, watch } = window;
      watch.name = payload;
      host.notify('turn/state', { turn: view });
      await watch.frame();
      let before = '';
      let drawn = 0;
      for (const text of all) {
        host.notify('turn/delta', { turnId: 'turn-live', text, reasoning: '' });
        await watch.frame();
        const now = document.querySelector('article.assistant')?.textContent ?? '';
        drawn += Number(now !== before);
        before = now;
      }
      watch.lookAround();
      host.notify('turn/state', { turn: null });
      await watch.frame();
      return drawn;
    },
    [name, running, pieces] as const,
  );
}

async function methodsAsked(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const all = (window.host as unknown as { readonly requests: readonly { readonly method: string }[] }).requests;
    return [...new Set(all.map(({ method }) => method))];
  });
}
