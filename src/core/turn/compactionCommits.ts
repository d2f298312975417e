import { isAppError, toError } from '../base/errors';
import type { Logger } from '../base/ports';
import type { SessionId } from '../session/session';
import type { CompactionBoard } from './compactionBoard';
import { numbersOf, rangeHolds, toEvent, type PreparedCompaction } from './preparedCompaction';
import { preparePrompt, type PreparedPrompt, type PromptSourceDeps } from './promptSource';
import type { PendingRequest } from './turnCompaction';

interface CommitDeps extends PromptSourceDeps {
  readonly logger: Logger;
}

/** `later`: a turn runs. `useless`: what was summarised is not what would be sent any more. */
export type CommitOutcome = 'stored' | 'later' | 'useless';

/** Tries to store behind a head that keeps moving. */
const mostTries = 3;

/** Puts summaries into the log, each as one event, and tells of it. */
export class CompactionCommits {
  constructor(
    private readonly deps: CommitDeps,
    private readonly board: CompactionBoard,
    private readonly load: (sessionId: SessionId) => Promise<PreparedPrompt>,
  ) {}

  /**
   * Stores a summary behind what a request answers; resolves with what is to be sent then. Undefined when it could not
   * be stored: then the request has to do without.
   */
  async inTurn(
    { prompt, branchFrom }: PendingRequest,
    prepared: PreparedCompaction,
  ): Promise<PreparedPrompt | undefined> {
    const { sessionId, model } = prompt;
    try {
      const options = branchFrom === null ? {} : { parent: branchFrom };
      await this.deps.log.append(sessionId, [toEvent(prepared, prompt)], options);
      const after = await preparePrompt(this.deps, sessionId, model, prepared.id);
      this.tellCompleted(prepared, prompt);
      return after;
    } catch (error) {
      this.tellFailed(prepared, prompt, error);
      return undefined;
    }
  }

  /** Stores a summary while no turn runs, and only behind the very messages that it was made for. Rejects with `store/*`. */
  async idle(sessionId: SessionId, prepared: PreparedCompaction): Promise<CommitOutcome> {
    for (let tries = 0; tries < mostTries; tries++) {
      const prompt = await this.load(sessionId);
      if (!rangeHolds(prepared.plan, prompt)) {
        this.board.clear(sessionId);
        return 'useless';
      }
      if (prompt.session?.turnStatus === 'running') {
        break;
      }
      try {
        await this.deps.log.appendAt(sessionId, [toEvent(prepared, prompt)], prompt.end);
        this.tellCompleted(prepared, prompt);
        return 'stored';
      } catch (error) {
        if (!isAppError(error, 'session/head-moved')) {
          this.tellFailed(prepared, prompt, error);
          throw error;
        }
      }
    }
    this.board.clear(sessionId);
    return 'later';
  }

  private tellCompleted(prepared: PreparedCompaction, prompt: PreparedPrompt): void {
    this.board.finish(prompt, prepared.plan, {
      stage: 'completed',
      ...numbersOf(prepared, prompt),
      error: prepared.summary.error,
    });
  }

  private tellFailed({ plan }: PreparedCompaction, prompt: PreparedPrompt, error: unknown): void {
    this.deps.logger.error('A summary was not stored', toError(error));
    this.board.finish(prompt, plan, {
      stage: 'failed',
      tokensAfter: null,
      error: isAppError(error) ? { code: error.code, args: error.args } : { code: 'internal', args: {} },
    });
  }
}
