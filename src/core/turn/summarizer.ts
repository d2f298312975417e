import { AppError, isAppError, toError } from '../base/errors';
import type { Logger } from '../base/ports';
import type { CompactionMethod, TextError } from '../session/sessionEvent';
import { collectAnswer, type CollectDeps } from './collectAnswer';
import {
  compactionPrompt,
  sourcesTokens,
  splitSources,
  summaryPromptTokens,
  summarySystemText,
} from './compactionPrompt';
import type { ResolvedModel } from './modelProvider';
import { simpleSummary, summaryRole, type SummarySource } from './simpleSummary';
import { estimateTokens } from './tokenEstimate';

export interface SummaryTask {
  readonly model: ResolvedModel;
  readonly sources: readonly SummarySource[];
  /** Estimated tokens of the messages as they are sent, not corrected for the model. */
  readonly sourceTokens: number;
  /** Tokens that the model takes in as it is estimated; null where nobody said. */
  readonly window: number | null;
  /** False: the model is not asked. */
  readonly useModel: boolean;
  /** False: a summary is better than none also where it is longer than the few words that it stands for. */
  readonly mustShorten: boolean;
}

export interface Summary {
  readonly text: string;
  readonly method: CompactionMethod;
  /** Estimated, not corrected for the model. */
  readonly tokens: number;
  /** Why the model's summary could not be used. */
  readonly error: TextError | null;
}

export interface SummarizerDeps extends CollectDeps {
  readonly logger: Logger;
}

/** What is taken for the window of a model that does not tell it. */
const assumedWindow = 32_000;
/** Part of the window for the messages; the rest is for instructions, the answer and what the estimate is off by. */
const sourceShare = 0.7;
/** A summary has to be this much shorter than what it stands for, and its frame in the prompt counts as well. */
const usefulShare = 0.9;
const frameTokens = 16;
/** A summary must leave most of the window to the conversation. */
const summaryShare = 0.25;
const leastSourceTokens = 200;
const mostHalvings = 3;
/** UTF-16 units for a token of English text, fewer than it has, so that a simple summary stays within its tokens. */
const unitsPerToken = 2.5;
const longestSimpleSummary = 6000;
const shortestSimpleSummary = 1000;

/**
 * Summarises messages with the session's own model, or from their beginnings when that fails, is empty or does not
 * shorten them. Undefined when no summary would be shorter than the messages. Rejects only with `cancelled`.
 */
export async function summarize(
  deps: SummarizerDeps,
  task: SummaryTask,
  signal: AbortSignal,
): Promise<Summary | undefined> {
  const most = Math.floor(
    Math.min(task.sourceTokens * usefulShare - frameTokens, (task.window ?? assumedWindow) * summaryShare),
  );
  let error: TextError | null = null;
  if (task.useModel) {
    try {
      const text = (await askModel(deps, task, signal)).trim();
      return { text: requireShort(text, most, task.model), method: 'model', tokens: estimateTokens(text), error };
    } catch (caught) {
      if (signal.aborted) {
        throw new AppError('cancelled', { cause: caught });
      }
      error = toTextError(caught, task.model);
      deps.logger.warn(
        `The summary by ${task.model.ref.provider} was not used: ${error.code}`,
        toError(caught).message,
      );
    }
  }
  const length = Math.floor(Math.min(longestSimpleSummary, most * unitsPerToken));
  const text = simpleSummary(task.sources, task.mustShorten ? length : Math.max(shortestSimpleSummary, length));
  const tokens = estimateTokens(text);
  return task.mustShorten && tokens > most ? undefined : { text, method: 'simple', tokens, error };
}

/** Asks with smaller parts again where the provider finds a request too long. */
async function askModel(deps: SummarizerDeps, task: SummaryTask, signal: AbortSignal): Promise<string> {
  const window = task.window ?? assumedWindow;
  const fitting = Math.max(leastSourceTokens, window * sourceShare - summaryPromptTokens);
  const whole = Math.min(fitting, sourcesTokens(task.sources));
  for (let halvings = 0; ; halvings++) {
    try {
      return await summarizeInParts(deps, task, whole / 2 ** halvings, signal);
    } catch (error) {
      if (halvings >= mostHalvings || !isAppError(error, 'model/context-too-long')) {
        throw error;
      }
    }
  }
}

/** Each part is summarised together with the summary of those before it. */
async function summarizeInParts(
  deps: SummarizerDeps,
  { model, sources, sourceTokens }: SummaryTask,
  maxTokens: number,
  signal: AbortSignal,
): Promise<string> {
  const maxLength = Math.max(leastSourceTokens, sourceTokens) * 8;
  let summary = '';
  for (const part of splitSources(sources, maxTokens)) {
    const content = compactionPrompt([...(summary === '' ? [] : [{ role: summaryRole, content: summary }]), ...part]);
    const request = {
      model: model.ref.model,
      system: summarySystemText,
      messages: [{ role: 'user', content } as const],
      tools: [],
    };
    summary = await collectAnswer(deps, model, request, maxLength, signal);
    if (summary.trim() === '') {
      throw fault('compaction/empty-summary', model);
    }
  }
  return summary;
}

function requireShort(text: string, mostTokens: number, model: ResolvedModel): string {
  if (estimateTokens(text) > mostTokens) {
    throw fault('compaction/longer-summary', model);
  }
  return text;
}

function fault(code: 'compaction/empty-summary' | 'compaction/longer-summary', { ref }: ResolvedModel): AppError {
  return new AppError(code, { args: { provider: ref.provider, model: ref.model } });
}

function toTextError(error: unknown, { ref }: ResolvedModel): TextError {
  return isAppError(error)
    ? { code: error.code, args: { provider: ref.provider, model: ref.model, ...error.args } }
    : { code: 'internal', args: { provider: ref.provider, model: ref.model } };
}
