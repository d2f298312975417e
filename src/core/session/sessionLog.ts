import { toDisposable, type Disposable } from '../base/disposable';
import { AppError, isAppError } from '../base/errors';
import type { Clock, IdGenerator, Logger } from '../base/ports';
import type { Sequencer } from '../base/sequencer';
import { boundaryOf } from './boundary';
import { messageTextOf } from './messagePreview';
import { requireSession } from './requireSession';
import { toEventId, type EventId, type InvocationId, type Session, type SessionId } from './session';
import type { SessionAnnouncer } from './sessionChanges';
import type { EventBody, NewEvent, StoredEvent } from './sessionEvent';
import type { AppendOptions, AppendRequest, AppendResult, NewSession, SessionService } from './sessionService';
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
    return this.sequencer.run(async () => {
      const append = async (): Promise<AppendResult> => {
        await this.assertNotBusyElsewhere(await this.deps.service.get(id));
        const session = await this.deps.service.get(id);
        if (session !== undefined && session.deletedAt !== null) {
          // Another window has deleted it: what is said now would lie where nobody looks.
          throw new AppError('session/in-trash', { args: { id } });
        }
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
    });
  }

  /** See `SessionManager.append`. */
  append(id: SessionId, events: readonly NewEvent[], options: AppendOptions): Promise<readonly StoredEvent[]> {
    return this.sequencer.run(async () => {
      if (options.turnStatus === 'running') {
        await this.assertNotBusyElsewhere(await this.deps.service.get(id));
      }
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
        return (
          await this.write({ ...request, expectedHead: fresh.headId, parent: options.parent ?? own ?? fresh.headId })
        ).events;
      }
    });
  }

  /** See `SessionManager.appendAt`. */
  async appendAt(id: SessionId, events: readonly NewEvent[], head: EventId | null): Promise<readonly StoredEvent[]> {
    const request = { ...this.baseRequest(id, head, {}), events };
    return (await this.sequencer.run(() => this.write(request))).events;
  }

  /** Sessions that are gone for good have no head to follow. */
  forget(ids: readonly SessionId[]): void {
    ids.forEach((id) => this.heads.delete(id));
  }

  private async assertNotBusyElsewhere(session: Session | undefined): Promise<void> {
    if (session?.turnStatus !== 'running') {
      return;
    }
    // A window that died while answering must not keep the session locked.
    await this.deps.service.recoverInterrupted();
    const reply = await this.deps.service.getPartialReply(session.id);
    if (reply !== undefined && reply.invocationId !== this.deps.invocationId) {
      throw new AppError('session/busy', { args: { id: session.id } });
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
    options: AppendOptions,
  ): Omit<AppendRequest, 'events'> {
    const create = this.drafts.get(id);
    return {
      sessionId: id,
      invocationId: this.deps.invocationId,
      expectedHead,
      ...options,
      ...(create === undefined ? {} : { create }),
    };
  }

  private async write(request: AppendRequest): Promise<AppendResult> {
    const result = await this.deps.service.append(request);
    this.rememberHead(result.session);
    this.written.add(request.sessionId);
    this.drafts.delete(request.sessionId);
    this.announcer.appended(result);
    return result;
  }

  private rememberHead(session: Session): void {
    if (session.turnStatus === 'running' && session.headId !== null) {
      this.heads.set(session.id, session.headId);
    } else {
      this.heads.delete(session.id);
    }
  }
}
