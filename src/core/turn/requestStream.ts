import { AppError, isAppError, isCancellation } from '../base/errors';
import type { Timers } from '../base/ports';
import type { EventId, SessionId } from '../session/session';
import type { TextError } from '../session/sessionEvent';
import { DeltaBatcher } from './deltaBatcher';
import type { ModelDelta, ModelRequest, ResolvedModel } from './modelProvider';
import { preparePrompt, type PreparedPrompt } from './promptSource';
import { findLastProvider } from './promptTail';
import { countRequest } from './requestCount';
import type { TurnRunnerDeps } from './turnRunnerDeps';

/** What one request reports, in order; nothing after `ended` or `failed`, nothing at all after it was aborted. */
export interface RequestListener {
  /** The request waits for a summary: it has not left, or came back as too long. */
  onHeld(): void;
  /** The request leaves now; `end` is the event that it answers if summaries were stored behind the one it was opened for. */
  onReleased(end: EventId | null): void;
  /** Told whenever the request has been built. */
  onPrepared(prompt: PreparedPrompt): void;
  onDelta(delta: ModelDelta): void;
  onEnded(): void;
  onFailed(error: TextError): void;
}

export interface OpenRequest {
  /** Hands over what has arrived and not been reported yet. */
  flush(): void;
  /** Ends the request at once and for good. */
  abort(): void;
}

export interface RequestTarget {
  readonly sessionId: SessionId;
  readonly model: ResolvedModel;
  /** Last event of the branch that is sent. */
  readonly end: EventId;
  /** Older event below which the answer starts a branch; null where it follows the head. */
  readonly branchFrom: EventId | null;
}

type StreamDeps = Pick<
  TurnRunnerDeps,
  'log' | 'tools' | 'context' | 'calibration' | 'compaction' | 'timers' | 'logger'
>;

/** A provider that yields without a pause must not keep Stop and the timers waiting. */
const deltasBetweenPauses = 1024;

/** Builds the request from the stored branch up to `end` and streams the answer. */
export function openRequestStream(deps: StreamDeps, target: RequestTarget, listener: RequestListener): OpenRequest {
  const stream = new RequestStream(deps, target, listener);
  void stream.run();
  return stream;
}

class RequestStream implements OpenRequest {
  private readonly controller = new AbortController();
  private readonly signal = this.controller.signal;
  private readonly batcher: DeltaBatcher;
  /** Something of the answer has arrived: from then on the request cannot be sent again. */
  private answered = false;
  private held = false;

  constructor(
    private readonly deps: StreamDeps,
    private readonly target: RequestTarget,
    private readonly listener: RequestListener,
  ) {
    this.batcher = new DeltaBatcher(deps.timers, (delta) => {
      if (!this.signal.aborted) {
        listener.onDelta(delta);
      }
    });
  }

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      await this.sendFitting();
      this.batcher.flush();
      if (!this.signal.aborted) {
        this.listener.onEnded();
      }
    } catch (error) {
      if (!this.signal.aborted) {
        this.fail(error);
      }
    }
  }

  flush(): void {
    this.batcher.flush();
  }

  abort(): void {
    this.controller.abort();
    this.batcher.dispose();
  }

  private async sendFitting(): Promise<void> {
    const { deps, target } = this;
    const prompt = await preparePrompt(deps, target.sessionId, target.model, target.end);
    if (prompt.branch.length === 0) {
      throw new AppError('session/not-found', { args: { id: target.sessionId } });
    }
    this.signal.throwIfAborted();
    const fitting = (await deps.compaction?.beforeRequest(this.pending(prompt))) ?? prompt;
    this.release(prompt, fitting);
    try {
      await this.send(fitting);
    } catch (error) {
      const shorter = await this.shorten(fitting, error);
      if (shorter === undefined) {
        throw error;
      }
      await this.send(shorter);
    }
  }

  /** What to send instead of a request that the provider found too long; undefined when there is nothing shorter. */
  private async shorten(refused: PreparedPrompt, error: unknown): Promise<PreparedPrompt | undefined> {
    if (this.answered || this.signal.aborted || !isAppError(error, 'model/context-too-long')) {
      return undefined;
    }
    const { deps, target } = this;
    const { ref, info } = target.model;
    if (info.contextWindow !== undefined) {
      deps.calibration.recordRefusal(ref, refused.layout.estimatedTokens, info.contextWindow);
    }
    deps.logger.info(`${ref.provider} found a request of ${refused.layout.measure.tokens} tokens too long`);
    const prompt = await preparePrompt(deps, target.sessionId, target.model, refused.end ?? target.end);
    const shorter = (await deps.compaction?.afterRefusal(this.pending(prompt))) ?? prompt;
    if (shorter.layout.estimatedTokens >= refused.layout.estimatedTokens) {
      return undefined;
    }
    this.release(refused, shorter);
    return shorter;
  }

  private async send(prompt: PreparedPrompt): Promise<void> {
    this.signal.throwIfAborted();
    this.listener.onPrepared(prompt);
    const request = await this.withServerSession(prompt);
    let count = 0;
    this.signal.throwIfAborted();
    for await (const delta of this.target.model.provider.stream(request, this.signal)) {
      if (this.signal.aborted) {
        return;
      }
      this.answered ||= delta.type === 'text' || delta.type === 'reasoning' || delta.type === 'tool_call';
      if (delta.type === 'finish') {
        countRequest(this.deps, prompt, request, delta.usage);
      }
      this.batcher.add(delta);
      if (++count % deltasBetweenPauses === 0) {
        await pause(this.deps.timers);
      }
    }
  }

  /** The id that one provider gave is never shown to another: with the first request to a new one it is forgotten. */
  private async withServerSession({ session, branch, layout }: PreparedPrompt): Promise<ModelRequest> {
    const { log } = this.deps;
    const { sessionId, model } = this.target;
    const serverSessionId = session?.serverSessionId ?? '';
    if (serverSessionId === '') {
      return layout.request;
    }
    const answeredBy = await findLastProvider(log, sessionId, branch);
    if (answeredBy === undefined || answeredBy === model.ref.provider) {
      return { ...layout.request, serverSessionId };
    }
    await log.setServerSessionId(sessionId, '');
    return layout.request;
  }

  private pending(prompt: PreparedPrompt): Parameters<NonNullable<StreamDeps['compaction']>['beforeRequest']>[0] {
    const { branchFrom, end } = this.target;
    return {
      prompt,
      // A summary that was stored meanwhile has opened the branch.
      branchFrom: prompt.end === end ? branchFrom : null,
      signal: this.signal,
      hold: () => {
        this.held = true;
        this.listener.onHeld();
      },
    };
  }

  private release(before: PreparedPrompt, after: PreparedPrompt): void {
    if ((this.held || after.end !== before.end) && !this.signal.aborted) {
      this.held = false;
      this.listener.onReleased(after.end === before.end ? null : after.end);
    }
  }

  private fail(error: unknown): void {
    const failure = toTextError(error, this.target.model);
    const { provider } = this.target.model.ref;
    this.deps.logger.warn(`Request to ${provider} failed: ${failure.code}`, failure.args);
    if (failure.code === 'internal') {
      this.deps.logger.error('Unexpected failure of a request', error);
    }
    this.batcher.flush();
    this.listener.onFailed(failure);
  }
}

/** An error as it is stored: its code and arguments. A cancellation that nobody asked for is a lost connection. */
function toTextError(error: unknown, model: ResolvedModel): TextError {
  const { provider, model: modelId } = model.ref;
  if (isAppError(error) && error.code !== 'cancelled') {
    return { code: error.code, args: { provider, model: modelId, ...error.args } };
  }
  return { code: isCancellation(error) ? 'model/connection-lost' : 'internal', args: { provider, model: modelId } };
}

function pause(timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    timers.after(0, resolve);
  });
}
