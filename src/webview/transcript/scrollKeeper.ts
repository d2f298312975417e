import { signal } from '@preact/signals';
import type { EventId } from '../../core/session/session';
import type { ViewMemory } from '../../protocol/chatProtocol';

type Place = NonNullable<ViewMemory['scroll']>;

/** This close (px) to the end counts as being there. */
const endTolerance = 4;
/** Where below the upper edge (px) to look for a message: there may be a gap right at the edge. */
const probes = [2, 14, 30, 60];

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
  private held: { readonly message: HTMLElement; readonly top: number } | undefined;

  constructor(private readonly scroller: HTMLElement) {}

  /** The size of the transcript or of the view has changed. */
  settle(): void {
    if (this.following.peek()) {
      this.toEnd();
    } else if (this.held?.message.isConnected === true) {
      this.moveBy(this.held.message.getBoundingClientRect().top - this.held.top);
    }
    this.held = undefined;
  }

  /** Something is about to be put in above: the next `settle` leaves what is read where it is. */
  hold(): void {
    const message = this.topMessage();
    this.held = message === null ? undefined : { message, top: message.getBoundingClientRect().top };
  }

  /** Scrolls to the end and stays there. */
  follow(): void {
    this.following.value = true;
    this.toEnd();
  }

  /** The person is about to scroll. Moving up lets go of the end, which must not pull back what has not moved yet. */
  willScroll(up: boolean): void {
    this.touches += 1;
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
    const message = this.topMessage();
    if (message === null) {
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

  private topMessage(): HTMLElement | null {
    const box = this.scroller.getBoundingClientRect();
    for (const probe of probes) {
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + probe);
      const message = hit?.closest<HTMLElement>('[data-event-id]');
      if (message != null && this.scroller.contains(message)) {
        return message;
      }
    }
    return null;
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
