import type { Disposable } from '../base/disposable';
import { AppError, toError } from '../base/errors';
import type { Event } from '../base/event';
import type { IdGenerator, Logger, Timers } from '../base/ports';
import { toEventId, type EventId, type SessionId } from '../session/session';
import type { SessionsChange } from '../session/sessionChanges';
import { CompactionBoard, type CompactionChange } from './compactionBoard';
import { chooseCompaction, fillOf, type CompactionReason } from './compactionChoice';
import { CompactionCommits } from './compactionCommits';
import { CompactionJobs, type CompactionJob } from './compactionJobs';
import { isDue, type CompactionPlan } from './compactionPlan';
import type { CompactionPreview, CompactionProgress } from './compactionView';
import type { ModelResolver } from './modelProvider';
import { rangeHolds, type PreparedCompaction } from './preparedCompaction';
import { activeCompactions } from './promptBranch';
import type { PromptMeasure } from './promptMeasure';
import { modelOf, preparePrompt, type PreparedPrompt, type PromptSourceDeps } from './promptSource';
import { loadTail } from './promptTail';
import type { PendingRequest, TurnCompaction } from './turnCompaction';
import { defaultTurnLimits, type TurnLimits } from './turnLimits';

export interface CompactorDeps extends PromptSourceDeps {
  readonly models: ModelResolver;
  /** Nothing is kept for sessions that go to the trash or for good. */
  readonly onDidChangeSessions: Event<SessionsChange>;
  readonly timers: Timers;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Limits of a request for a summary that differ from the defaults. */
  readonly limits?: Partial<TurnLimits>;
}

/** Part of the way to the limit at which a summary is prepared in the background. */
const prepareShare = 0.9;
/** Summaries made for one request, one after the other, before it goes with messages left out. */
const mostRounds = 6;
const hopeFactor = 2;

/**
 * Keeps what is sent within the model's window: summarises the oldest messages before a request that needs it, ahead of
 * time after a turn, or when a person asks. The messages stay in the log; a summary is one event that can be undone.
 */
export class Compactor implements TurnCompaction, Disposable {
  private readonly board: CompactionBoard;
  private readonly jobs: CompactionJobs;
  private readonly commits: CompactionCommits;
  /** Summaries that wait for the moment to be stored. */
  private readonly held = new Map<SessionId, PreparedCompaction>();
  /** Tokens of messages that no summary could shorten: only with many more of them it is worth another try. */
  private readonly hopeless = new Map<SessionId, number>();
  private readonly closing = new AbortController();
  private readonly subscription: Disposable;

  readonly onDidChange: Event<CompactionChange>;

  constructor(private readonly deps: CompactorDeps) {
    this.board = new CompactionBoard(deps.logger);
    this.onDidChange = this.board.onDidChange;
    const { timers, ids, logger, limits } = deps;
    this.jobs = new CompactionJobs({ timers, ids, logger, limits: { ...defaultTurnLimits, ...limits } }, this.board);
    this.commits = new CompactionCommits(deps, this.board, (sessionId) => this.load(sessionId));
    this.subscription = deps.onDidChangeSessions(({ kind, ids: changed, sessions }) =>
      this.forget(
        kind === 'deleted' ? changed : sessions.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id),
      ),
    );
  }

  progressOf(sessionId: SessionId): CompactionProgress | null {
    return this.board.progressOf(sessionId);
  }

  /** What the next request would hold, without what is still to be typed. Rejects with `model/*` or `store/*`. */
  async measure(sessionId: SessionId): Promise<PromptMeasure> {
    return (await this.load(sessionId)).layout.measure;
  }

  /** What `compact` would do now; undefined when nothing is older than the messages that are always kept. */
  async preview(sessionId: SessionId): Promise<CompactionPreview | undefined> {
    const { layout } = await this.load(sessionId);
    const plan = chooseCompaction(layout, this.settings, 'manual');
    return plan === undefined
      ? undefined
      : {
          messages: plan.messages,
          keptMessages: plan.keptMessages,
          tokens: Math.round(plan.tokens * layout.factor),
          toEventId: plan.toEventId,
        };
  }

  /**
   * Summarises the oldest messages now, however full the prompt is. Resolves with the event that was stored, or null
   * when a message was sent meanwhile: then it is stored after the answer. Rejects with `session/busy` while a turn
   * runs, `compaction/nothing-older`, `cancelled`, `model/*` or `store/*`.
   */
  async compact(sessionId: SessionId, signal?: AbortSignal): Promise<EventId | null> {
    const prompt = await this.load(sessionId);
    requireIdle(prompt);
    const plan = chooseCompaction(prompt.layout, this.settings, 'manual');
    if (plan === undefined) {
      throw new AppError('compaction/nothing-older', { args: { preserved: this.settings.preserveRecent } });
    }
    const job = this.jobs.start(prompt, plan, this.settings, { requested: true, visible: true });
    const prepared = await this.outcome(job, signal);
    if (prepared === undefined) {
      throw new AppError('cancelled');
    }
    return this.store(sessionId, prepared, true);
  }

  /**
   * Puts the originals of a summary back into what is sent; the last one in force when none is named.
   * Rejects with `session/busy`, `compaction/nothing-to-undo` or `store/*`.
   */
  async undo(sessionId: SessionId, compactionId?: EventId): Promise<void> {
    const { log, ids } = this.deps;
    const session = await log.getSession(sessionId);
    requireIdle({ sessionId, session });
    const active = activeCompactions(await loadTail(log, sessionId));
    const undone = compactionId === undefined ? active.at(-1) : active.find(({ id }) => id === compactionId);
    if (undone === undefined) {
      throw new AppError('compaction/nothing-to-undo', { args: { id: sessionId } });
    }
    this.forget([sessionId]);
    const body = { type: 'compaction_undone', compactionId: undone.id } as const;
    await log.append(sessionId, [{ id: toEventId(ids.next()), body }], {});
  }

  async beforeRequest(request: PendingRequest): Promise<PreparedPrompt> {
    this.board.clearFinished(request.prompt.sessionId);
    return this.shrink(request, 'mustFit');
  }

  async afterRefusal(request: PendingRequest): Promise<PreparedPrompt | undefined> {
    const shorter = await this.shrink(request, 'refused');
    return shorter === request.prompt ? undefined : shorter;
  }

  async afterTurn(sessionId: SessionId): Promise<void> {
    try {
      await this.prepareAhead(sessionId);
    } catch (error) {
      this.deps.logger.warn('No summary was prepared', toError(error));
    }
  }

  /** Cancels what is being made. What was not stored is lost, and made again when it is needed. */
  dispose(): void {
    this.closing.abort();
    this.subscription.dispose();
    this.jobs.cancelAll();
    this.held.clear();
    this.hopeless.clear();
    this.board.dispose();
  }

  private get settings(): ReturnType<CompactorDeps['context']['compactionSettings']> {
    return this.deps.context.compactionSettings();
  }

  /** What the session would send to its own model now. */
  private async load(sessionId: SessionId): Promise<PreparedPrompt> {
    const { log, models } = this.deps;
    const model = await models.resolve(modelOf(await log.getSession(sessionId)), this.closing.signal, sessionId);
    return preparePrompt(this.deps, sessionId, model);
  }

  /** The prompt after as many summaries as it takes; the very same one when there was nothing to do, or it failed. */
  private async shrink(request: PendingRequest, reason: 'mustFit' | 'refused'): Promise<PreparedPrompt> {
    let current = request;
    for (let round = 0; round < mostRounds; round++) {
      const shorter = await this.shrinkOnce(current, round === 0 ? reason : 'mustFit');
      if (shorter === undefined) {
        break;
      }
      current = { ...current, prompt: shorter, branchFrom: null };
    }
    return current.prompt;
  }

  private async shrinkOnce(request: PendingRequest, reason: CompactionReason): Promise<PreparedPrompt | undefined> {
    const { prompt, signal } = request;
    const { settings } = this;
    if (!settings.enabled || (reason === 'mustFit' && !isDue(fillOf(prompt.layout), settings))) {
      return undefined;
    }
    const ready = this.takeHeld(prompt);
    if (ready !== undefined) {
      return this.commits.inTurn(request, ready);
    }
    const plan = reason === 'mustFit' && prompt.layout.complete ? undefined : this.choose(prompt, reason);
    if (plan === undefined) {
      return undefined;
    }
    request.hold();
    const running = this.jobs.get(prompt.sessionId);
    const usable = running !== undefined && rangeHolds(running.plan, prompt) ? running : undefined;
    const job = usable ?? this.jobs.start(prompt, plan, settings, { requested: false, visible: false });
    job.claim();
    const prepared = await this.outcome(job, signal);
    signal.throwIfAborted();
    return prepared === undefined ? undefined : this.commits.inTurn(request, prepared);
  }

  /** What to summarise by itself; undefined also where that was tried in vain. */
  private choose({ sessionId, layout }: PreparedPrompt, reason: CompactionReason): CompactionPlan | undefined {
    const plan = chooseCompaction(layout, this.settings, reason);
    return plan === undefined || plan.tokens < hopeFactor * (this.hopeless.get(sessionId) ?? 0) ? undefined : plan;
  }

  /** The result of a job, which the signal cancels; when there is none, nothing more is told of it. */
  private async outcome(job: CompactionJob, signal?: AbortSignal): Promise<PreparedCompaction | undefined> {
    const cancel = (): void => job.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) {
      cancel();
    }
    const prepared = await job.result;
    signal?.removeEventListener('abort', cancel);
    if (prepared === undefined && !job.cancelled) {
      this.hopeless.set(job.prompt.sessionId, job.plan.tokens);
    }
    // One that took its place is told of already.
    if (prepared === undefined && job.visible && this.jobs.get(job.prompt.sessionId) === undefined) {
      this.board.clear(job.prompt.sessionId);
    }
    return prepared;
  }

  /** Drops what is prepared for sessions, and cancels what is being made. */
  private forget(sessionIds: readonly SessionId[]): void {
    for (const sessionId of sessionIds) {
      this.jobs.cancel(sessionId);
      this.held.delete(sessionId);
      this.hopeless.delete(sessionId);
      this.board.clear(sessionId);
    }
  }

  private async prepareAhead(sessionId: SessionId): Promise<void> {
    const { settings } = this;
    if (this.closing.signal.aborted || (!settings.enabled && !this.held.has(sessionId))) {
      return;
    }
    const prompt = await this.load(sessionId);
    const { layout, session } = prompt;
    const due = isDue(fillOf(layout), settings);
    const ready = this.takeHeld(prompt);
    if (ready !== undefined) {
      await this.store(sessionId, ready, due);
      return;
    }
    // After a failure the model would most likely fail again, and a person who stopped it wants it to be quiet.
    const mayAsk = session?.turnStatus === 'idle' && this.jobs.get(sessionId) === undefined;
    const plan =
      mayAsk && isDue(fillOf(layout), settings, prepareShare)
        ? this.choose(prompt, layout.complete ? 'due' : 'mustFit')
        : undefined;
    if (plan === undefined) {
      return;
    }
    const job = this.jobs.start(prompt, plan, settings, { requested: false, visible: due });
    const prepared = await this.outcome(job);
    if (prepared !== undefined && !job.claimed) {
      await this.store(sessionId, prepared, due);
    }
  }

  /** Stores a summary when it is time to, or holds it until then. */
  private async store(sessionId: SessionId, prepared: PreparedCompaction, due: boolean): Promise<EventId | null> {
    const outcome = due || prepared.requested ? await this.commits.idle(sessionId, prepared) : 'later';
    if (outcome === 'later' && (await this.deps.log.getSession(sessionId)) !== undefined) {
      this.held.set(sessionId, prepared);
    }
    return outcome === 'stored' ? prepared.id : null;
  }

  /** The summary that waits for its moment, once, if the prompt still begins with what it stands for. */
  private takeHeld(prompt: PreparedPrompt): PreparedCompaction | undefined {
    const held = this.held.get(prompt.sessionId);
    this.held.delete(prompt.sessionId);
    return held !== undefined && rangeHolds(held.plan, prompt) ? held : undefined;
  }
}

function requireIdle({ sessionId, session }: Pick<PreparedPrompt, 'sessionId' | 'session'>): void {
  if (session === undefined) {
    throw new AppError('session/not-found', { args: { id: sessionId } });
  }
  if (session.turnStatus === 'running') {
    throw new AppError('session/busy', { args: { id: sessionId } });
  }
}
