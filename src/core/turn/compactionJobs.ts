import { isAppError, toError } from '../base/errors';
import type { IdGenerator } from '../base/ports';
import { toEventId, type SessionId } from '../session/session';
import type { CompactionBoard } from './compactionBoard';
import { isDueByMessages } from './compactionChoice';
import type { CompactionPlan } from './compactionPlan';
import { summarySources } from './compactionPrompt';
import type { CompactionSettings } from './compactionSettings';
import type { PreparedCompaction } from './preparedCompaction';
import type { PreparedPrompt } from './promptSource';
import { summarize, type SummarizerDeps } from './summarizer';

export interface CompactionJobsDeps extends SummarizerDeps {
  readonly ids: IdGenerator;
}

export interface JobOptions {
  /** A person asked for it. */
  readonly requested: boolean;
  /** A person can see it; what is only made ahead of time stays unseen. */
  readonly visible: boolean;
}

/** A summary in the making. */
export class CompactionJob {
  private readonly controller = new AbortController();
  private isClaimed = false;

  /** Undefined when it was cancelled or no summary was of use. Never rejects. */
  readonly result: Promise<PreparedCompaction | undefined>;

  constructor(
    deps: CompactionJobsDeps,
    private readonly board: CompactionBoard,
    readonly prompt: PreparedPrompt,
    readonly plan: CompactionPlan,
    settings: CompactionSettings,
    private readonly options: JobOptions,
  ) {
    if (options.visible) {
      board.start(prompt, plan, false);
    }
    this.result = this.run(deps, settings);
  }

  /** A message waits for the result, and who sends it will store it. */
  get claimed(): boolean {
    return this.isClaimed;
  }

  get cancelled(): boolean {
    return this.controller.signal.aborted;
  }

  get visible(): boolean {
    return this.options.visible || this.isClaimed;
  }

  claim(): void {
    this.isClaimed = true;
    this.board.start(this.prompt, this.plan, true);
  }

  cancel(): void {
    this.controller.abort();
  }

  private async run(deps: CompactionJobsDeps, settings: CompactionSettings): Promise<PreparedCompaction | undefined> {
    const { plan, prompt } = this;
    const { model, layout } = prompt;
    const { maxTokens } = layout.measure;
    try {
      const summary = await summarize(
        deps,
        {
          model,
          sources: summarySources(plan.entries),
          sourceTokens: plan.tokens,
          window: maxTokens === null ? null : maxTokens / layout.factor,
          useModel: settings.useAiSummary,
          mustShorten: !this.options.requested && !isDueByMessages(layout, settings),
        },
        this.controller.signal,
      );
      return summary === undefined
        ? undefined
        : { id: toEventId(deps.ids.next()), plan, summary, requested: this.options.requested };
    } catch (error) {
      if (!isAppError(error, 'cancelled')) {
        deps.logger.error('A summary could not be made', toError(error));
      }
      return undefined;
    }
  }
}

/** The summaries in the making, one for each session at a time. */
export class CompactionJobs {
  private readonly jobs = new Map<SessionId, CompactionJob>();

  constructor(
    private readonly deps: CompactionJobsDeps,
    private readonly board: CompactionBoard,
  ) {}

  get(sessionId: SessionId): CompactionJob | undefined {
    return this.jobs.get(sessionId);
  }

  /** Takes the place of the one before, which is cancelled. */
  start(
    prompt: PreparedPrompt,
    plan: CompactionPlan,
    settings: CompactionSettings,
    options: JobOptions,
  ): CompactionJob {
    const { sessionId } = prompt;
    this.cancel(sessionId);
    const job = new CompactionJob(this.deps, this.board, prompt, plan, settings, options);
    this.jobs.set(sessionId, job);
    void job.result.then(() => {
      if (this.jobs.get(sessionId) === job) {
        this.jobs.delete(sessionId);
      }
    });
    return job;
  }

  cancel(sessionId: SessionId): void {
    this.jobs.get(sessionId)?.cancel();
    this.jobs.delete(sessionId);
  }

  cancelAll(): void {
    [...this.jobs.keys()].forEach((sessionId) => this.cancel(sessionId));
  }
}
