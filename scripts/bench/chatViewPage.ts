// Functions that run in the pages of a window: their source text travels, so each stands on its own.

/** When a view had its conversation on screen. All are Unix milliseconds of this machine. */
export interface Appearance {
  /** The view's page begins to exist. */
  readonly begun: number;
  /** Its script has been loaded; 0 for a page without one. */
  readonly scripted: number;
  /** The newest message has been painted. */
  readonly painted: number;
}

export interface StreamRecord {
  /** Milliseconds of every task over 50 ms, by what the browser says of where it ran. */
  readonly longTasks: readonly { readonly where: string; readonly duration: number }[];
  /** Updates that the extension host sent. */
  readonly updates: number;
  /** Frames in which the conversation changed. */
  readonly frames: number;
  /** Unix milliseconds at which the conversation first changed. */
  readonly first: number;
  /** Unix milliseconds at which its last piece was painted; 0 when it was not. */
  readonly ended: number;
}

declare global {
  interface Window {
    benchAppeared?: (appearance: Appearance) => Promise<void>;
    benchEndStream?: () => StreamRecord;
  }
}

/**
 * Tells `benchAppeared` once a view's page shows the newest message. For every frame, before its own scripts; it looks
 * from VS Code's frame around the page, because the page itself is replaced while it is made.
 */
export function watchForNewest(text: string): void {
  if (!location.pathname.endsWith('/pre/index.html')) return;
  const appearance = (): { readonly begun: number; readonly scripted: number } | undefined => {
    // VS Code keeps a page hidden until it has loaded.
    const frame = [...document.querySelectorAll('iframe')].find((each) => each.style.visibility === 'visible');
    const page = frame?.contentWindow;
    const newest = [...(page?.document.querySelectorAll('[role="log"] article') ?? [])].at(-1);
    if (page == null || newest?.textContent?.includes(text) !== true) return undefined;
    const box = newest.getBoundingClientRect();
    if (box.height === 0 || box.top >= page.innerHeight || box.bottom <= 0) return undefined;
    const script = page.performance.getEntriesByType('resource').find(({ name }) => name.includes('webview.js'));
    const begun = page.performance.timeOrigin;
    return { begun, scripted: script === undefined ? 0 : begun + (script as PerformanceResourceTiming).responseEnd };
  };
  const look = (): void => {
    const found = appearance();
    // A frame has been painted when the next begins.
    requestAnimationFrame(() => {
      if (found === undefined) look();
      else void window.benchAppeared?.({ ...found, painted: Date.now() });
    });
  };
  look();
}

/** Starts to record what a stream that ends with `ending` does to the page; `benchEndStream` ends it. */
export function recordStream(ending: string): void {
  const log = document.querySelector('[role="log"]');
  if (log === null) throw new Error('There is no conversation.');
  const longTasks: { where: string; duration: number }[] = [];
  let [updates, frames, first, ended, hasEnding, framePending] = [0, 0, 0, 0, false, false];
  const tasks = new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) longTasks.push({ where: name, duration });
  });
  tasks.observe({ type: 'longtask' });
  const changes = new MutationObserver((records) => {
    first ||= Date.now();
    // Looks at what has changed only: to search the whole conversation would slow it down.
    hasEnding ||= records.some(({ target }) => target !== log && target.textContent?.includes(ending) === true);
    if (framePending) return;
    framePending = true;
    requestAnimationFrame(() => {
      framePending = false;
      frames += 1;
      if (hasEnding) ended ||= Date.now();
    });
  });
  changes.observe(log, { childList: true, characterData: true, subtree: true });
  const onMessage = ({ data }: MessageEvent): void => {
    if ((data as { readonly method?: string } | null)?.method === 'turn/delta') updates += 1;
  };
  window.addEventListener('message', onMessage);
  window.benchEndStream = () => {
    tasks.disconnect();
    changes.disconnect();
    window.removeEventListener('message', onMessage);
    return { longTasks, updates, frames, first, ended };
  };
}

/** Scrolls to the upper end; gives the milliseconds until earlier messages are painted, null when there are none. */
export async function scrollToEarlier(): Promise<number | null> {
  const log = document.querySelector('[role="log"]');
  if (log?.querySelector('.load-older') == null) return null;
  const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
  const count = (): number => log.querySelectorAll('article').length;
  const before = count();
  const start = performance.now();
  log.dispatchEvent(new WheelEvent('wheel', { deltaY: -1_000 }));
  log.scrollTop = 0;
  while (count() === before && performance.now() - start < 10_000) await frame();
  await frame();
  const time = performance.now() - start;
  // What is above is prepared ahead of need, which is not what the person waits for.
  for (let quiet = 0, known = count(); quiet < 15; quiet += 1) {
    await frame();
    if (count() !== known) [quiet, known] = [0, count()];
  }
  return time;
}

/** Brings every message onto the page, as if the person had scrolled through all; gives their number. */
export async function loadEverything(): Promise<number> {
  const log = document.querySelector('[role="log"]');
  if (log === null) throw new Error('There is no conversation.');
  while (log.querySelector('.load-older') !== null) {
    log.querySelector<HTMLElement>('.load-older')?.click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
  }
  log.scrollTop = log.scrollHeight;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return log.querySelectorAll('article').length;
}
