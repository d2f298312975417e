import { Sequencer } from '../../core/base/sequencer';
import type { Session, SessionId } from '../../core/session/session';
import type { SessionFilter } from '../../core/session/sessionService';
import type { SessionCatalog } from './sessionCatalog';

export type PageQuery = Omit<SessionFilter, 'limit' | 'after'>;

const rowsPerRead = 200;

/** Newest first; of two of the same time the newer id first, as the store pages them. */
export function compareNewestFirst(a: Session, b: Session): number {
  return b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/**
 * One list of sessions, read in pages and then kept true by changes, so that a change costs no read.
 * `accepts` decides what belongs to it; the query only narrows what is read.
 */
export class PagedSessions {
  private readonly loaded = new Map<SessionId, Session>();
  private readonly sequencer = new Sequencer();
  /** Changes that came while a page was being read, which may hold an older state. Undefined = removed. */
  private readonly changedWhileReading = new Map<SessionId, Session | undefined>();
  private cursor: Session | undefined;
  private complete = false;
  private sorted: readonly Session[] | undefined = [];

  constructor(
    private readonly list: SessionCatalog['list'],
    private readonly query: PageQuery,
    private readonly accepts: (session: Session) => boolean,
  ) {}

  /** What is loaded, newest first. */
  get items(): readonly Session[] {
    this.sorted ??= [...this.loaded.values()].sort(compareNewestFirst);
    return this.sorted;
  }

  /** True when the store may hold more than what is loaded. */
  get hasMore(): boolean {
    return !this.complete;
  }

  has(id: SessionId): boolean {
    return this.loaded.has(id);
  }

  /** Reads until at least `count` sessions are loaded or there are no more. */
  async ensure(count: number): Promise<void> {
    await this.sequencer.run(async () => {
      while (!this.complete && this.loaded.size < count) {
        await this.readPage();
      }
    });
  }

  /** Takes in a session as it is now: it enters, moves or leaves. */
  apply(session: Session): void {
    this.changedWhileReading.set(session.id, session);
    this.place(session);
  }

  remove(id: SessionId): void {
    this.changedWhileReading.set(id, undefined);
    this.drop(id);
  }

  private place(session: Session): void {
    this.drop(session.id);
    // A session below what was read comes with its page; adding it early would leave a hole above it.
    const inReach = this.complete || (this.cursor !== undefined && compareNewestFirst(session, this.cursor) <= 0);
    if (inReach && this.accepts(session)) {
      this.loaded.set(session.id, session);
    }
  }

  private drop(id: SessionId): void {
    this.sorted = undefined;
    this.loaded.delete(id);
  }

  private async readPage(): Promise<void> {
    this.changedWhileReading.clear();
    const after = this.cursor === undefined ? {} : { after: { updatedAt: this.cursor.updatedAt, id: this.cursor.id } };
    const page = await this.list({ ...this.query, ...after, limit: rowsPerRead });
    this.cursor = page.at(-1) ?? this.cursor;
    this.complete = page.length < rowsPerRead;
    page.forEach((session) => this.place(session));
    for (const [id, session] of this.changedWhileReading) {
      if (session === undefined) {
        this.drop(id);
      } else {
        this.place(session);
      }
    }
  }
}
