import { AppError, type ErrorCode } from '../base/errors';
import type { Timers } from '../base/ports';
import type { ModelRequest, ResolvedModel } from './modelProvider';
import type { TurnLimits } from './turnLimits';

export interface CollectDeps {
  readonly timers: Timers;
  readonly limits: Pick<TurnLimits, 'firstByteMs' | 'idleMs'>;
}

/**
 * The whole text of an answer that nobody watches. Rejects with `model/*` when it fails, is blocked, ends too early or
 * falls silent, with `compaction/longer-summary` when it grows beyond `maxLength` UTF-16 units, and with `cancelled`.
 */
export async function collectAnswer(
  { timers, limits }: CollectDeps,
  { provider, ref }: ResolvedModel,
  request: ModelRequest,
  maxLength: number,
  signal: AbortSignal,
): Promise<string> {
  const controller = new AbortController();
  const fault = (code: ErrorCode): AppError =>
    new AppError(code, { args: { provider: ref.provider, model: ref.model } });
  let reason = fault('cancelled');
  const stop = (why: AppError): void => {
    reason = why;
    controller.abort();
  };
  const onAbort = (): void => stop(fault('cancelled'));
  signal.addEventListener('abort', onAbort, { once: true });
  let silence = timers.after(limits.firstByteMs, () => stop(fault('model/first-byte-timeout')));
  let text = '';
  try {
    signal.throwIfAborted();
    for await (const delta of provider.stream(request, controller.signal)) {
      silence.dispose();
      silence = timers.after(limits.idleMs, () => stop(fault('model/idle-timeout')));
      if (delta.type === 'finish') {
        if (delta.reason === 'content_filter') {
          throw fault('model/blocked');
        }
        return text;
      }
      text += delta.type === 'text' ? delta.text : '';
      if (text.length > maxLength) {
        throw fault('compaction/longer-summary');
      }
    }
    throw fault('model/incomplete');
  } catch (error) {
    throw controller.signal.aborted ? reason : error;
  } finally {
    silence.dispose();
    signal.removeEventListener('abort', onAbort);
    controller.abort();
  }
}
