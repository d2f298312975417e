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
    focusMessage(next);
  }
}

/** Puts the keyboard on the newest message. False when there is none. */
export function focusLastMessage(): boolean {
  const last = [...document.querySelectorAll<HTMLElement>('[role="log"] article')].at(-1);
  if (last === undefined) {
    return false;
  }
  focusMessage(last);
  return true;
}

/** Only one message is in the tab order: the one that was focused last, or else the newest. */
export function keepOneTabStop(scroller: HTMLElement): void {
  if (scroller.querySelector('article[tabindex="0"]') === null) {
    [...scroller.querySelectorAll<HTMLElement>('article')].at(-1)?.setAttribute('tabindex', '0');
  }
}

function focusMessage(message: HTMLElement): void {
  for (const other of document.querySelectorAll('article[tabindex="0"]')) {
    other.setAttribute('tabindex', '-1');
  }
  message.setAttribute('tabindex', '0');
  message.focus();
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
