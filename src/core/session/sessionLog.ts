import { toDisposable, type Disposable } from '../base/disposable';
import { isAppError } from '../base/errors';
import type { Clock, IdGenerator, Logger } from '../base/ports';
import type { Sequencer } from '../base/sequencer';
import { boundaryOf } from './boundary';
import { messageTextOf } from './messagePreview';
import { requireSession } from './requireSession';
import { toEventId, type EventId, type InvocationId, type Session, type SessionId, type TurnId } from './session';
import type { SessionAnnouncer } from './sessionChanges';
import type { EventBody, NewEvent, StoredEvent } from './sessionEvent';
import type {
  AppendOptions,
  AppendRequest,
  AppendResult,
  NewSession,
  ReplyDraft,
  SavedReply,
  SessionService,
} from './sessionService';
import { cleanTitle, deriveTitle } from './sessionTitle';

export interface SessionLogDeps {
  readonly service: SessionService;
  readonly invocationId: InvocationId;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** `rejoin.session.continueMinutes` as it stands now. */
  readonly continueMinutes: () => number;
}

/** Appends events for this window: behind the right head, with the mark of a new invocation where one belongs. */
export class SessionLog {
  /** Last event of the turns that this window is answering: what comes next belongs below it. */
  private readonly heads = new Map<SessionId, EventId>();
  private readonly written = new Set<SessionId>();
  /** Turns whose reply has its row: it is not made a second time once it was taken away. */
  private readonly leased = new Set<TurnId>();
  private readonly drafts = new Map<SessionId, NewSession>();

  constructor(
    private readonly deps: SessionLogDeps,
    private readonly sequencer: Sequencer,
    private readonly announcer: SessionAnnouncer,
  ) {}

  /** See `SessionManager.prepareSession`. */
  prepare(id: SessionId, { title, ...session }: NewSession): Disposable {
    const clean = cleanTitle(title ?? '');
    this.drafts.set(id, { ...session, ...(clean === '' ? {} : { title: clean }) });
    return toDisposable(() => this.drafts.delete(id));
  }

  /** What a session without a row is to start with. */
  draftOf(id: SessionId): NewSession | undefined {
    return this.drafts.get(id);
  }

  newEvent(body: EventBody): NewEvent {
    return { id: toEventId(this.deps.ids.next()), body };
  }

  /** See `SessionManager.appendUserMessage`. */
  appendUserMessage(id: SessionId, event: NewEvent, options: AppendOptions): Promise<readonly StoredEvent[]> {
    return this.sequencer.run(() =>
      this.onceFree(id, options, async () => {
        const append = async (): Promise<AppendResult> => {
          const session = await this.deps.service.get(id);
          const boundary = session === undefined ? [] : this.boundaryFor(session);
          return this.write({
            ...this.baseRequest(id, session?.headId ?? null, options),
            events: [...boundary, event],
            derivedTitle: deriveTitle(messageTextOf(event.body) ?? ''),
          });
        };
        try {
          return (await append()).events;
        } catch (error) {
          if (!isAppError(error, 'session/head-moved')) {
            throw error;
          }
          this.announcer.reset();
          return (await append()).events;
        }
      }),
    );
  }

  /** See `SessionManager.append`. */
  append(id: SessionId, events: readonly NewEvent[], options: AppendOptions): Promise<readonly StoredEvent[]> {
    return this.sequencer.run(() => this.onceFree(id, options, () => this.appendBehindOwn(id, events, options)));
  }

  /** See `SessionManager.appendAt`. */
  async appendAt(id: SessionId, events: readonly NewEvent[], head: EventId | null): Promise<readonly StoredEvent[]> {
    const request = { ...this.baseRequest(id, head, {}), events };
    return (await this.sequencer.run(() => this.write(request))).events;
  }

  /** See `SessionManager.savePartialReply`. A turn that began without a lease gets its row here. */
  async saveReply(draft: ReplyDraft): Promise<SavedReply> {
    const { invocationId, service } = this.deps;
    const beats = this.leased.has(draft.turnId) ? 1 : 0;
    const saved = await service.savePartialReply({ ...draft, invocationId, owner: service.self, beats });
    this.leased.add(draft.turnId);
    return saved;
  }

  /** Sessions that are gone for good have no head to follow. */
  forget(ids: readonly SessionId[]): void {
    ids.forEach((id) => this.heads.delete(id));
  }

  private async appendBehindOwn(
    id: SessionId,
    events: readonly NewEvent[],
    options: AppendOptions,
  ): Promise<readonly StoredEvent[]> {
    const own = this.heads.get(id);
    const expected = own ?? (await this.deps.service.get(id))?.headId ?? null;
    const request = { ...this.baseRequest(id, expected, options), events };
    try {
      return (await this.write(request)).events;
    } catch (error) {
      if (!isAppError(error, 'session/head-moved')) {
        throw error;
      }
      this.deps.logger.warn(`The head of session ${id} moved in another window`);
      const fresh = await requireSession(this.deps.service, id);
      this.announcer.reset();
      const parent = options.parent ?? ((await this.belongsBehindOwn(id, options)) ? own : undefined) ?? fresh.headId;
      return (await this.write({ ...request, expectedHead: fresh.headId, parent })).events;
    }
  }

  /** What is no part of a turn stays with the turn only as long as that is ours. */
  private async belongsBehindOwn(id: SessionId, { ofTurn, clearDraftOf }: AppendOptions): Promise<boolean> {
    if (ofTurn !== undefined || clearDraftOf !== undefined) {
      return true;
    }
    return (await this.deps.service.getPartialReply(id))?.invocationId === this.deps.invocationId;
  }

  /** A window that died while answering, or a turn of ours whose end was lost, must not keep the session locked. */
  private async onceFree<T>(id: SessionId, { lease }: AppendOptions, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (!isAppError(error, 'session/busy', 'session/busy-elsewhere')) {
        throw error;
      }
      // Whoever starts a turn of ours knows that no other one of ours runs in the session.
      const orphan = lease !== undefined && isAppError(error, 'session/busy') ? id : undefined;
      const recovered = await this.deps.service.recoverInterrupted(orphan);
      if (recovered.length > 0) {
        this.announcer.reset();
      }
      if (!recovered.includes(id)) {
        throw error;
      }
      this.heads.delete(id);
      return task();
    }
  }

  private boundaryFor(session: Session): readonly NewEvent[] {
    const { clock, continueMinutes, invocationId } = this.deps;
    const isOurs = this.written.has(session.id) || session.lastInvocationId === invocationId;
    // Nothing was said yet in a session that was only named: there is nothing to come back to.
    const content =
      session.messageCount === 0
        ? undefined
        : boundaryOf(session, { now: clock.now(), continueMinutes: continueMinutes(), newInvocation: !isOurs });
    return content === undefined ? [] : [this.newEvent({ type: 'system_context', content })];
  }

  private baseRequest(
    id: SessionId,
    expectedHead: EventId | null,
    { lease, ...options }: AppendOptions,
  ): Omit<AppendRequest, 'events'> {
    const create = this.drafts.get(id);
    return {
      sessionId: id,
      invocationId: this.deps.invocationId,
      expectedHead,
      ...options,
      ...(lease === undefined ? {} : { lease: { ...lease, owner: this.deps.service.self } }),
      ...(create === undefined ? {} : { create }),
    };
  }

  private async write(request: AppendRequest): Promise<AppendResult> {
    const result = await this.deps.service.append(request);
    this.rememberHead(request, result);
    if (request.lease !== undefined) {
      this.leased.add(request.lease.turnId);
    }
    this.written.add(request.sessionId);
    this.drafts.delete(request.sessionId);
    this.announcer.appended(result);
    return result;
  }

  /** Notes that are written while another window answers do not make its turn ours. */
  private rememberHead({ lease, ofTurn, turnStatus }: AppendRequest, { aside, session }: AppendResult): void {
    const ours = lease !== undefined || ofTurn !== undefined || turnStatus === 'running' || this.heads.has(session.id);
    if (ours && aside === undefined && session.turnStatus === 'running' && session.headId !== null) {
      this.heads.set(session.id, session.headId);
    } else {
      this.heads.delete(session.id);
    }
  }
}
