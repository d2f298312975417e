import { AppError, isAppError, isCancellation } from '../base/errors';
import type { Timers } from '../base/ports';
import type { EventId, SessionId } from '../session/session';
import type { StoredEvent, TextError } from '../session/sessionEvent';
import { DeltaBatcher } from './deltaBatcher';
import type { ModelDelta, ModelRequest, ResolvedModel } from './modelProvider';
import { buildRequest } from './promptBuilder';
import type { TurnRunnerDeps } from './turnRunnerDeps';

/** What one request reports, in order; nothing after `ended` or `failed`, nothing at all after it was aborted. */
export interface RequestListener {
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

type StreamDeps = Pick<TurnRunnerDeps, 'log' | 'tools' | 'context' | 'timers' | 'logger'>;

/** A provider that yields without a pause must not keep Stop and the timers waiting. */
const deltasBetweenPauses = 1024;

/** Builds the request from the stored branch up to `end` and streams the answer. */
export function openRequestStream(
  deps: StreamDeps,
  sessionId: SessionId,
  model: ResolvedModel,
  end: EventId,
  listener: RequestListener,
): OpenRequest {
  const controller = new AbortController();
  const { signal } = controller;
  const batcher = new DeltaBatcher(deps.timers, (delta) => {
    if (!signal.aborted) {
      listener.onDelta(delta);
    }
  });
  const run = async (): Promise<void> => {
    const request = await prepareRequest(deps, sessionId, model, end);
    let count = 0;
    signal.throwIfAborted();
    for await (const delta of model.provider.stream(request, signal)) {
      if (signal.aborted) {
        return;
      }
      batcher.add(delta);
      if (++count % deltasBetweenPauses === 0) {
        await pause(deps.timers);
      }
    }
    batcher.flush();
    if (!signal.aborted) {
      listener.onEnded();
    }
  };
  run().catch((error: unknown) => {
    if (signal.aborted) {
      return;
    }
    const failure = toTextError(error, model);
    deps.logger.warn(`Request to ${model.ref.provider} failed: ${failure.code}`, failure.args);
    if (failure.code === 'internal') {
      deps.logger.error('Unexpected failure of a request', error);
    }
    batcher.flush();
    listener.onFailed(failure);
  });
  return {
    flush: () => batcher.flush(),
    abort: () => {
      controller.abort();
      batcher.dispose();
    },
  };
}

/** An error as it is stored: its code and arguments. A cancellation that nobody asked for is a lost connection. */
function toTextError(error: unknown, model: ResolvedModel): TextError {
  const { provider, model: modelId } = model.ref;
  if (isAppError(error) && error.code !== 'cancelled') {
    return { code: error.code, args: { provider, model: modelId, ...error.args } };
  }
  return { code: isCancellation(error) ? 'model/connection-lost' : 'internal', args: { provider, model: modelId } };
}

async function prepareRequest(
  deps: StreamDeps,
  sessionId: SessionId,
  model: ResolvedModel,
  end: EventId,
): Promise<ModelRequest> {
  const [session, branch] = await Promise.all([deps.log.getSession(sessionId), deps.log.loadBranch(sessionId, end)]);
  if (branch.length === 0) {
    throw new AppError('session/not-found', { args: { id: sessionId } });
  }
  const system = await deps.context.systemText(sessionId, session);
  const serverSessionId = await usableServerSession(deps, sessionId, session?.serverSessionId ?? '', branch, model);
  return buildRequest({
    branch,
    ref: model.ref,
    info: model.info,
    system,
    tools: deps.tools.list(),
    limits: deps.context.historyLimits(),
    ...(serverSessionId === '' ? {} : { serverSessionId }),
  });
}

/** The id that one provider gave is never shown to another: with the first request to a new one it is forgotten. */
async function usableServerSession(
  deps: StreamDeps,
  sessionId: SessionId,
  stored: string,
  branch: readonly StoredEvent[],
  model: ResolvedModel,
): Promise<string> {
  const answeredBy = branch.findLast((event) => event.provider !== undefined)?.provider;
  if (stored === '' || answeredBy === undefined || answeredBy === model.ref.provider) {
    return stored;
  }
  await deps.log.setServerSessionId(sessionId, '');
  return '';
}

function pause(timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    timers.after(0, resolve);
  });
}
