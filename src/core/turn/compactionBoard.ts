import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/ports';
import type { SessionId } from '../session/session';
import type { CompactionPlan } from './compactionPlan';
import type { CompactionProgress } from './compactionView';
import type { PreparedPrompt } from './promptSource';

export interface CompactionChange {
  readonly sessionId: SessionId;
  /** Null when there is nothing to tell any more. */
  readonly progress: CompactionProgress | null;
}

/** How far the compaction of each session has come, for whoever shows it. */
export class CompactionBoard implements Disposable {
  private readonly progress = new Map<SessionId, CompactionProgress>();
  private readonly changes: Emitter<CompactionChange>;

  readonly onDidChange: Event<CompactionChange>;

  constructor(logger: Logger) {
    this.changes = new Emitter((error) => logger.error('A listener of compactions failed', error));
    this.onDidChange = this.changes.event;
  }

  progressOf(sessionId: SessionId): CompactionProgress | null {
    return this.progress.get(sessionId) ?? null;
  }

  /** A summary is being made; `waiting`: a message waits for it. */
  start(prompt: PreparedPrompt, plan: CompactionPlan, waiting: boolean): void {
    const progress = { ...factsOf(prompt, plan), tokensAfter: null, waiting, error: null };
    this.show(prompt.sessionId, { ...progress, stage: 'starting' });
    this.show(prompt.sessionId, { ...progress, stage: 'summarizing' });
  }

  /** A compaction is over. One that was prepared unseen is told of from its start. */
  finish(
    prompt: PreparedPrompt,
    plan: CompactionPlan,
    result: Omit<CompactionProgress, 'messages' | 'tokensBefore' | 'waiting'> & Partial<CompactionProgress>,
  ): void {
    if (this.progress.get(prompt.sessionId)?.stage !== 'summarizing') {
      this.start(prompt, plan, false);
    }
    this.show(prompt.sessionId, { ...factsOf(prompt, plan), waiting: false, ...result });
  }

  clear(sessionId: SessionId): void {
    if (this.progress.delete(sessionId)) {
      this.changes.fire({ sessionId, progress: null });
    }
  }

  /** Takes back what was told of a compaction that is over. */
  clearFinished(sessionId: SessionId): void {
    const stage = this.progress.get(sessionId)?.stage;
    if (stage === 'completed' || stage === 'failed') {
      this.clear(sessionId);
    }
  }

  dispose(): void {
    this.changes.dispose();
    this.progress.clear();
  }

  private show(sessionId: SessionId, progress: CompactionProgress): void {
    this.progress.set(sessionId, progress);
    this.changes.fire({ sessionId, progress });
  }
}

function factsOf(
  { layout }: PreparedPrompt,
  { messages, tokens }: CompactionPlan,
): Pick<CompactionProgress, 'messages' | 'tokensBefore'> {
  return { messages, tokensBefore: Math.round(tokens * layout.factor) };
}
