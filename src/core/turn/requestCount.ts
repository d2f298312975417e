import type { Logger } from '../base/ports';
import type { TokenUsage } from '../session/sessionEvent';
import type { ModelRequest } from './modelProvider';
import { textOf } from './promptLimits';
import type { PreparedPrompt } from './promptSource';
import type { TokenCalibration } from './tokenCalibration';

interface CountDeps {
  readonly calibration: TokenCalibration;
  readonly logger: Logger;
}

/**
 * Learns from an answered request how many tokens it had. A provider that reports no usage but can count is asked once,
 * in the background; nothing waits for that and nothing fails with it.
 */
export function countRequest(
  { calibration, logger }: CountDeps,
  { model, layout }: Pick<PreparedPrompt, 'model' | 'layout'>,
  request: ModelRequest,
  usage: TokenUsage,
): void {
  const { ref, provider } = model;
  if (usage.inputTokens !== undefined) {
    calibration.record(ref, layout.estimatedTokens, usage.inputTokens);
    return;
  }
  provider.countTokens?.(request.model, textOfRequest(request), new AbortController().signal).then(
    (tokens) => calibration.record(ref, layout.estimatedTokens, tokens),
    (error: unknown) => logger.debug(`The tokens of a request to ${ref.provider} were not counted`, error),
  );
}

function textOfRequest({ system, messages, tools }: ModelRequest): string {
  return [system, ...messages.map(textOf), ...tools.map((tool) => JSON.stringify(tool))]
    .filter((text) => text !== '')
    .join('\n');
}
