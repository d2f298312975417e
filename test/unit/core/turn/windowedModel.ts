import { AppError } from '../../../../src/core/base/errors';
import { summarySystemText } from '../../../../src/core/turn/compactionPrompt';
import type { ModelDelta, ModelInfo, ModelProvider, ModelRequest } from '../../../../src/core/turn/modelProvider';
import { textOf } from '../../../../src/core/turn/promptLimits';

/** UTF-16 units of a token: another measure than the one that requests are estimated by. */
const unitsPerToken = 3;

/** Things to remember, as tests plant them: `FACT-7=blue`. */
const factPattern = /FACT-\w+=\w+/g;

export const factsIn = (text: string): readonly string[] => [...new Set(text.match(factPattern))];

/**
 * A model with a window of its own counting: what is longer is refused. Asked for a summary it gives back the facts
 * that it was shown; to everything else it answers what `reply` says.
 */
export class WindowedModel implements ModelProvider {
  readonly id = 'fake';
  readonly label = 'Fake';
  readonly requests: ModelRequest[] = [];
  refused = 0;
  reportsUsage = true;
  reply: (request: ModelRequest) => string = () => 'Noted.';
  summary: (request: ModelRequest, signal: AbortSignal) => string | Promise<string> = (request) =>
    `## Facts\n${factsIn(textOfRequest(request))
      .map((fact) => `- ${fact}`)
      .join('\n')}`;

  constructor(public window: number) {}

  get info(): ModelInfo {
    return { id: 'fake-model', label: 'Fake', supportsTools: true, contextWindow: this.window, maxOutputTokens: 200 };
  }

  /** Requests that asked for summaries. */
  get summaries(): readonly ModelRequest[] {
    return this.requests.filter(isForSummary);
  }

  /** Requests of conversations. */
  get answers(): readonly ModelRequest[] {
    return this.requests.filter((request) => !isForSummary(request));
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelDelta> {
    this.requests.push(request);
    const inputTokens = tokensOf(textOfRequest(request));
    if (inputTokens > this.window) {
      this.refused++;
      throw new AppError('model/context-too-long', { args: { provider: this.id } });
    }
    const text = isForSummary(request) ? await this.summary(request, signal) : this.reply(request);
    signal.throwIfAborted();
    yield { type: 'text', text };
    const usage = this.reportsUsage ? { inputTokens, outputTokens: tokensOf(text) } : {};
    yield { type: 'finish', reason: 'stop', usage };
  }

  listModels(): Promise<readonly ModelInfo[]> {
    return Promise.resolve([this.info]);
  }
}

export function textOfRequest({ system, messages }: ModelRequest): string {
  return [system, ...messages.map(textOf)].join('\n');
}

export function tokensOf(text: string): number {
  return Math.ceil(text.length / unitsPerToken);
}

function isForSummary({ system }: ModelRequest): boolean {
  return system === summarySystemText;
}
