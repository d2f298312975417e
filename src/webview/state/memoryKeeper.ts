import type { Disposable } from '../../core/base/disposable';
import type { Timers } from '../../core/base/ports';
import type { SessionId } from '../../core/session/session';
import type { ViewMemory } from '../../protocol/chatProtocol';

/** Typing and scrolling settle for this long (ms) before they are saved. */
const saveDelayMs = 300;

const emptyMemory: ViewMemory = { draft: '', scroll: null };

/** Keeps a session's draft and scroll position with the host, so that they outlive the page. */
export class MemoryKeeper {
  private sessionId: SessionId | null = null;
  private memory: ViewMemory = emptyMemory;
  private timer: Disposable | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly save: (sessionId: SessionId, memory: ViewMemory) => void,
  ) {}

  get current(): ViewMemory {
    return this.memory;
  }

  /** The session whose draft and position these are. */
  get currentId(): SessionId | null {
    return this.sessionId;
  }

  /** Saves what waits for the session before, and goes on with another one. */
  switchTo(sessionId: SessionId, memory: ViewMemory): void {
    this.flush();
    this.sessionId = sessionId;
    this.memory = memory;
  }

  /** Goes on with another session and takes the draft along, saved there before it is removed where it was. */
  moveTo(sessionId: SessionId, memory: ViewMemory): void {
    const { sessionId: left, memory: leftBehind } = this;
    this.timer?.dispose();
    this.timer = undefined;
    this.sessionId = sessionId;
    this.memory = memory;
    this.save(sessionId, memory);
    if (left !== null) {
      this.save(left, { ...leftBehind, draft: '' });
    }
  }

  setDraft(draft: string): void {
    this.change({ ...this.memory, draft });
  }

  setScroll(scroll: ViewMemory['scroll']): void {
    this.change({ ...this.memory, scroll });
  }

  /** Saves at once what has not been saved: the page may be gone in a moment. */
  flush(): void {
    if (this.timer === undefined) {
      return;
    }
    this.timer.dispose();
    this.timer = undefined;
    if (this.sessionId !== null) {
      this.save(this.sessionId, this.memory);
    }
  }

  private change(memory: ViewMemory): void {
    if (isSame(memory, this.memory)) {
      return;
    }
    this.memory = memory;
    this.timer?.dispose();
    this.timer = this.timers.after(saveDelayMs, () => this.flush());
  }
}

function isSame(a: ViewMemory, b: ViewMemory): boolean {
  return a.draft === b.draft && a.scroll?.eventId === b.scroll?.eventId && a.scroll?.offset === b.scroll?.offset;
}
