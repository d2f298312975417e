import { signal } from '@preact/signals';
import type { EventId } from '../../core/session/session';
import type { ViewMemory } from '../../protocol/chatProtocol';

type Place = NonNullable<ViewMemory['scroll']>;

interface Held {
  /** None where there are only lines. Each with where it begins (px), in the page. */
  readonly messages: readonly { readonly element: HTMLElement; readonly top: number }[];
  /** From the upper edge to the end of everything (px), for when none of them is left. */
  readonly fromEnd: number;
}

/** This close (px) to the end counts as being there. */
const endTolerance = 4;
/** A message of which less than this (px) is below the upper edge has been left behind: positions are not whole pixels. */
const edgeTolerance = 1;
/** More than one, because an answer of which an earlier part comes in becomes another element. */
const heldMessages = 3;

/**
 * Follows the end of the transcript until the person scrolls up; from then on nothing moves what is read.
 * Owns every change of the scroll position.
 */
export class ScrollKeeper {
  /** False while the person reads further up. */
  readonly following = signal(true);
  /** Grows with everything that the person does to scroll. */
  touches = 0;
  /** While a place is being looked for, the position says nothing about what the person reads. */
  remembering = true;
  private lastTop = 0;
  private held: Held | undefined;

  /** `content` is the scroller's only child. Its own children are one below the other, and messages are children of those. */
  constructor(
    private readonly scroller: HTMLElement,
    private readonly content: HTMLElement,
  ) {}

  /** The size of the transcript or of the view has changed. */
  settle(): void {
    if (this.held === undefined && this.fits()) {
      this.following.value = true;
    }
    if (this.following.peek()) {
      this.toEnd();
    } else if (this.held !== undefined) {
      this.settleOn(this.held);
    }
  }

  /** Something is about to be put in above: until `release`, `settle` leaves what is read where it is. */
  hold(): void {
    const messages = this.messagesBelowEdge(heldMessages);
    this.held = {
      messages: messages.map((element) => ({ element, top: element.getBoundingClientRect().top })),
      fromEnd: this.fromEnd(),
    };
  }

  /** What was put in above has got its size. */
  release(): void {
    this.held = undefined;
  }

  /** Scrolls to the end and stays there. */
  follow(): void {
    this.following.value = true;
    this.toEnd();
  }

  /** Leaves room above an element for what has come in there: it stands no higher than in the middle. */
  makeRoomAbove(element: Element): void {
    const { top, height } = this.scroller.getBoundingClientRect();
    const missing = top + height / 2 - element.getBoundingClientRect().top;
    if (missing > 0) {
      this.following.value = false;
      this.moveBy(-missing);
    }
  }

  /** The person is about to scroll. Moving up lets go of the end, which must not pull back what has not moved yet. */
  willScroll(up: boolean): void {
    this.touches += 1;
    this.held = undefined;
    if (up && this.scroller.scrollTop > 0) {
      this.following.value = false;
    }
  }

  /** The position has changed, by whatever means. */
  didScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const distance = scrollHeight - clientHeight - scrollTop;
    if (scrollTop < this.lastTop && distance > endTolerance) {
      this.following.value = false;
    } else if (scrollTop > this.lastTop && distance <= endTolerance) {
      this.following.value = true;
    }
    this.lastTop = scrollTop;
  }

  /** The message at the upper edge and how far below the edge it begins (px, negative above); null at the end. */
  place(): Place | null {
    if (this.following.peek()) {
      return null;
    }
    const [message] = this.messagesBelowEdge(1);
    if (message === undefined) {
      return null;
    }
    const offset = Math.round(message.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top);
    return { eventId: message.dataset['eventId'] as EventId, offset };
  }

  /** Puts a message back where it was. False when it is not on the page. */
  restore({ eventId, offset }: Place): boolean {
    const message = this.scroller.querySelector<HTMLElement>(`[data-event-id="${CSS.escape(eventId)}"]`);
    if (message === null) {
      return false;
    }
    this.following.value = false;
    this.moveBy(message.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - offset);
    return true;
  }

  /**
   * The first messages that reach below the upper edge, however many lines are above them. Asked for with every move,
   * so it must not depend on how many messages there are.
   */
  private messagesBelowEdge(count: number): readonly HTMLElement[] {
    const edge = this.scroller.getBoundingClientRect().top + edgeTolerance;
    const isBelow = (element: Element): boolean => element.getBoundingClientRect().bottom > edge;
    const blocks = this.content.children;
    const found: HTMLElement[] = [];
    for (let index = firstIndex(blocks, isBelow); index < blocks.length && found.length < count; index += 1) {
      const messages = [...(blocks[index]?.children ?? [])].filter(isMessage).filter(isBelow);
      found.push(...messages.slice(0, count - found.length));
    }
    return found;
  }

  private settleOn({ messages, fromEnd }: Held): void {
    const kept = messages.find(({ element }) => element.isConnected);
    this.moveBy(kept === undefined ? this.fromEnd() - fromEnd : kept.element.getBoundingClientRect().top - kept.top);
    // From here on the browser keeps it in place. What came instead of it has yet to get its size.
    if (kept !== undefined && kept === messages[0]) {
      this.release();
    }
  }

  /** True when there is nothing to scroll to: the end is in sight. A view that is hidden has no size. */
  private fits(): boolean {
    const { scrollHeight, clientHeight } = this.scroller;
    return clientHeight > 0 && scrollHeight - clientHeight <= endTolerance;
  }

  private fromEnd(): number {
    return this.scroller.scrollHeight - this.scroller.scrollTop;
  }

  private toEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
  }

  private moveBy(distance: number): void {
    this.scroller.scrollTop += distance;
    this.lastTop = this.scroller.scrollTop;
  }
}

function isMessage(element: Element): element is HTMLElement {
  return element instanceof HTMLElement && element.dataset['eventId'] !== undefined;
}

/** The first element that passes, which all after it must do as well; the length when none does. */
function firstIndex(elements: HTMLCollection, passes: (element: Element) => boolean): number {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const element = elements[middle];
    if (element !== undefined && passes(element)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
