/** By transcript. Remembered, because to look for it goes through all messages. */
const tabStops = new WeakMap<Element, HTMLElement>();

/** Moves the keyboard between messages: arrows on a message itself, with Ctrl or Cmd from anywhere inside of one. */
export function moveBetweenMessages(scroller: HTMLElement, event: KeyboardEvent): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const current = target?.closest<HTMLElement>('article') ?? null;
  if (current === null || (event.target !== current && !event.ctrlKey && !event.metaKey)) {
    return;
  }
  const next = neighbour(scroller, current, event.key);
  if (next !== null) {
    event.preventDefault();
    focusMessage(scroller, next);
  }
}

/** Puts the keyboard on the newest message. False when there is none. */
export function focusLastMessage(): boolean {
  const scroller = document.querySelector('[role="log"]');
  const last = scroller === null ? undefined : lastMessage(scroller);
  if (scroller === null || last === undefined) {
    return false;
  }
  focusMessage(scroller, last);
  return true;
}

/** Only one message is in the tab order: the one that was focused last, or else the newest. */
export function keepOneTabStop(scroller: Element): void {
  const last = tabStops.get(scroller)?.isConnected === true ? undefined : lastMessage(scroller);
  if (last !== undefined) {
    setTabStop(scroller, last);
  }
}

function setTabStop(scroller: Element, message: HTMLElement): void {
  tabStops.get(scroller)?.setAttribute('tabindex', '-1');
  message.setAttribute('tabindex', '0');
  tabStops.set(scroller, message);
}

function focusMessage(scroller: Element, message: HTMLElement): void {
  setTabStop(scroller, message);
  message.focus();
}

/** Looked for from the end, in one block of messages after the other. */
function lastMessage(scroller: Element): HTMLElement | undefined {
  let block = scroller.firstElementChild?.lastElementChild ?? null;
  while (block !== null) {
    const last = [...block.querySelectorAll<HTMLElement>('article')].at(-1);
    if (last !== undefined) {
      return last;
    }
    block = block.previousElementSibling;
  }
  return undefined;
}

function neighbour(scroller: HTMLElement, current: HTMLElement, key: string): HTMLElement | null {
  const all = [...scroller.querySelectorAll<HTMLElement>('article')];
  const index = all.indexOf(current);
  switch (key) {
    case 'ArrowUp':
      return all[index - 1] ?? null;
    case 'ArrowDown':
      return all[index + 1] ?? null;
    case 'Home':
      return all[0] ?? null;
    case 'End':
      return all.at(-1) ?? null;
    default:
      return null;
  }
}
