import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/ports';
import type { InvocationId, SessionId, TurnId } from './session';
import type { SessionAnnouncer } from './sessionChanges';
import type { PartialReply, RunningReply, SessionService } from './sessionService';
import type { StoreVersion } from './storeFile';

export interface OtherWindowsDeps {
  readonly service: SessionService;
  readonly invocationId: InvocationId;
  readonly logger: Logger;
}

/** Somebody else wants a turn of this window to stop. */
export interface StopRequest {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
}

/** What a look at the store found. */
export interface Elsewhere {
  /** Replies that other windows are writing. */
  readonly replies: number;
  /** Another window has written something since the last look. */
  readonly wrote: boolean;
}

/** What other windows do with the store, found out by looking at it. */
export class OtherWindows implements Disposable {
  private readonly repliesGrew: Emitter<readonly SessionId[]>;
  private readonly stopAsked: Emitter<StopRequest>;
  private readonly stopsTold = new Set<TurnId>();
  private known: StoreVersion | undefined;
  private beats: ReadonlyMap<TurnId, number> = new Map();
  private looking: Promise<Elsewhere> | undefined;
  private again: Promise<Elsewhere> | undefined;

  /** Sessions whose reply grew in another window, began there, or is gone. */
  readonly onDidGrowReplies: Event<readonly SessionId[]>;
  readonly onDidAskToStop: Event<StopRequest>;

  constructor(
    private readonly deps: OtherWindowsDeps,
    private readonly announcer: SessionAnnouncer,
  ) {
    const report = (error: unknown): void => deps.logger.error('A listener to other windows failed', error);
    this.repliesGrew = new Emitter(report);
    this.stopAsked = new Emitter(report);
    this.onDidGrowReplies = this.repliesGrew.event;
    this.onDidAskToStop = this.stopAsked.event;
  }

  /**
   * Looks what other windows wrote since the last look and tells it; ends the replies of those that are gone. A call
   * during a look is answered by one that begins behind it.
   */
  look(): Promise<Elsewhere> {
    if (this.looking === undefined) {
      this.looking = this.lookOnce().finally(() => (this.looking = undefined));
      return this.looking;
    }
    this.again ??= this.looking
      .catch(() => undefined)
      .then(() => {
        this.again = undefined;
        return this.look();
      });
    return this.again;
  }

  /** The reply that another window is writing in a session, as far as it was saved. */
  async replyIn(id: SessionId): Promise<PartialReply | undefined> {
    const reply = await this.deps.service.getPartialReply(id);
    return reply === undefined || reply.invocationId === this.deps.invocationId ? undefined : reply;
  }

  /** The owner of a turn has learned, with a save, that it is asked to stop. */
  tellStop(request: StopRequest): void {
    if (!this.stopsTold.has(request.turnId)) {
      this.stopsTold.add(request.turnId);
      this.stopAsked.fire(request);
    }
  }

  dispose(): void {
    this.repliesGrew.dispose();
    this.stopAsked.dispose();
  }

  private async lookOnce(): Promise<Elsewhere> {
    const { service, invocationId } = this.deps;
    const version = await service.version();
    const { known } = this;
    const wrote = known !== undefined && version.data !== known.data;
    const changed = wrote && version.revision !== known.revision;
    this.known = version;
    const replies = await service.listReplies();
    const foreign = replies.filter((reply) => reply.invocationId !== invocationId);
    for (const reply of replies.filter((each) => each.invocationId === invocationId && each.stopAsked)) {
      this.tellStop(reply);
    }
    const recovered = foreign.length === 0 ? [] : await this.endDead();
    if (changed || recovered.length > 0) {
      this.announcer.reset();
    }
    this.tellGrowth(foreign);
    return { replies: foreign.filter(({ sessionId }) => !recovered.includes(sessionId)).length, wrote };
  }

  /** Where nothing can be written at the moment the replies stay as they are, and everything else goes on. */
  private async endDead(): Promise<readonly SessionId[]> {
    const { logger, service } = this.deps;
    if (service.health.kind !== 'ok') {
      return [];
    }
    try {
      return await service.recoverInterrupted();
    } catch (error) {
      logger.warn('Replies of windows that are gone could not be ended', error);
      return [];
    }
  }

  private tellGrowth(foreign: readonly RunningReply[]): void {
    const before = this.beats;
    this.beats = new Map(foreign.map(({ turnId, beats }) => [turnId, beats]));
    const grown = foreign.filter(({ turnId, beats }) => before.get(turnId) !== beats).map(({ sessionId }) => sessionId);
    if (grown.length > 0) {
      this.repliesGrew.fire(grown);
    }
  }
}
