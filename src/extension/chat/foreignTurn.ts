import type { SessionId, TurnId } from '../../core/session/session';
import type { PartialReply } from '../../core/session/sessionService';
import type { TurnView } from '../../core/turn/turnView';
import type { StoreHost } from '../platform/storeHost';
import { toViewTurn } from './viewEvents';
import type { ViewPublisher } from './viewPublisher';

interface Watched {
  readonly view: TurnView;
  readonly beats: number;
}

/** The reply that another window writes in the session shown, as far as it was saved: what the view knows of it. */
export class ForeignTurn {
  private watched: Watched | null = null;

  constructor(
    private readonly store: StoreHost,
    private readonly publisher: ViewPublisher,
  ) {}

  viewOf(id: SessionId): TurnView | null {
    return this.watched?.view.sessionId === id ? this.watched.view : null;
  }

  /** Reads how the reply stands; tells nobody. */
  async find(id: SessionId): Promise<PartialReply | undefined> {
    return (await this.store.openManager())?.foreignReply(id);
  }

  /** Takes over what a snapshot is about to show. */
  take(reply: PartialReply | undefined): void {
    if (reply === undefined || this.isNews(reply)) {
      this.watched = reply === undefined ? null : { view: toTurnView(reply), beats: reply.beats };
    }
  }

  /** Tells the view how the reply has moved on: only what was added, where that is all. */
  publish(reply: PartialReply | undefined): void {
    const before = this.watched?.view ?? null;
    this.take(reply);
    const after = this.watched?.view ?? null;
    const added = before === null || after === null ? undefined : addedTo(before, after);
    if (after !== null && added !== undefined) {
      if (added.text !== '' || added.reasoning !== '') {
        this.publisher.touch();
        this.publisher.addDelta({ turnId: after.turnId, ...added });
      }
    } else if (before !== after) {
      this.publisher.notify('turn/state', { turn: toViewTurn(after) });
    }
  }

  /** Asks the window that drives the turn to stop; false when it is not the one shown. */
  async askToStop(turnId: TurnId): Promise<boolean> {
    const view = this.watched?.view;
    if (view?.turnId !== turnId) {
      return false;
    }
    await (await this.store.manager()).askToStop(view.sessionId);
    return true;
  }

  /** Of two readings the one that was asked for first may come last. */
  private isNews({ turnId, beats }: PartialReply): boolean {
    return this.watched?.view.turnId !== turnId || beats >= this.watched.beats;
  }
}

function toTurnView(reply: PartialReply): TurnView {
  const { sessionId, turnId, parentId, model, startedAt, content, reasoning } = reply;
  return {
    ...{ sessionId, turnId, parentId, model, startedAt, reasoning, text: content },
    phase: 'streaming',
    pendingTools: [],
    retry: null,
    elsewhere: true,
  };
}

/** What was added to a reply; undefined when it is another one, or has begun anew. */
function addedTo(before: TurnView, after: TurnView): { text: string; reasoning: string } | undefined {
  const goesOn =
    before.turnId === after.turnId &&
    before.parentId === after.parentId &&
    after.text.startsWith(before.text) &&
    after.reasoning.startsWith(before.reasoning);
  return goesOn
    ? { text: after.text.slice(before.text.length), reasoning: after.reasoning.slice(before.reasoning.length) }
    : undefined;
}
