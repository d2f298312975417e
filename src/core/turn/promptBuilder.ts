import type { ModelRef } from '../session/session';
import type { StoredEvent } from '../session/sessionEvent';
import { compactionPoint } from './compactionPlan';
import { defaultCompactionSettings, type CompactionSettings } from './compactionSettings';
import type { ModelInfo, ModelRequest, ToolDefinition } from './modelProvider';
import { applyCompactions, wantsOriginals } from './promptBranch';
import { fitTurns } from './promptFit';
import { measureTurn, promptBudget, splitTurns, type PromptBudget, type PromptTurn } from './promptLimits';
import type { PromptMeasure } from './promptMeasure';
import { toMessages } from './promptMessages';
import type { HistoryLimits } from './requestContext';
import { estimateTokens } from './tokenEstimate';

export interface PromptInput {
  /** The branch to what is asked; from its root, or from inside a summary that holds everything above. */
  readonly branch: readonly StoredEvent[];
  readonly ref: ModelRef;
  readonly info: ModelInfo;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly limits: HistoryLimits;
  /** What estimated tokens are multiplied with for this model; 1 unless given. */
  readonly factor?: number;
  /** The defaults unless given. */
  readonly compaction?: CompactionSettings;
  readonly serverSessionId?: string;
}

/** A request with everything that is known of its size. Tokens are corrected for the model unless said otherwise. */
export interface PromptLayout {
  readonly request: ModelRequest;
  readonly measure: PromptMeasure;
  /** Of the request, not corrected. */
  readonly estimatedTokens: number;
  /** Of everything that would be sent if there were no limits. */
  readonly wanted: { readonly tokens: number; readonly messages: number };
  readonly budget: PromptBudget;
  readonly factor: number;
  /** False where limits left older messages out. */
  readonly complete: boolean;
  /** The person undid a summary and none was made since. */
  readonly wantsOriginals: boolean;
  /** The whole branch with its compactions applied, as turns. */
  readonly turns: readonly PromptTurn[];
}

/** Builds a request from stored events: compactions applied, then whole turns left out from the oldest on until it fits. The newest turn always goes. */
export function buildRequest(input: PromptInput): ModelRequest {
  return layOutPrompt(input).request;
}

/** What `buildRequest` would send for the same input. */
export function measurePrompt(input: PromptInput): PromptMeasure {
  return layOutPrompt(input).measure;
}

/** The request and its size, from the same pieces. */
export function layOutPrompt(input: PromptInput): PromptLayout {
  const { branch, ref, info, limits, system, factor = 1, compaction = defaultCompactionSettings } = input;
  const markers = compaction.showSummaryMarkers;
  const tools = info.supportsTools ? input.tools : [];
  const systemTokens = estimateTokens(system);
  const toolTokens = tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools));
  const fixed = (systemTokens + toolTokens) * factor;
  const budget = promptBudget(info, limits, fixed);
  const turns = splitTurns(applyCompactions(branch)).map((entries) => measureTurn(entries, ref, markers));
  const fit = fitTurns(turns, { tokens: (budget.tokens - fixed) / factor, messages: budget.messages });
  const all = fitTurns(turns, { tokens: Number.POSITIVE_INFINITY, messages: Number.POSITIVE_INFINITY });
  const messages = toMessages(fit.entries, ref, markers);
  const estimatedTokens = systemTokens + toolTokens + fit.tokens;
  const originals = wantsOriginals(branch);
  const sized = {
    system: systemTokens,
    tools: toolTokens,
    summaries: fit.summaryTokens,
    attachments: fit.attachmentTokens,
  };
  return {
    request: {
      model: ref.model,
      system,
      messages,
      tools,
      ...(input.serverSessionId === undefined ? {} : { serverSessionId: input.serverSessionId }),
    },
    measure: {
      tokens: Math.round(estimatedTokens * factor),
      maxTokens: finite(Math.floor(budget.tokens)),
      messages: messages.length,
      maxMessages: finite(budget.messages),
      parts: partsOf(sized, estimatedTokens, factor),
      compactsAt: compactionPoint({ info, limits, fixed, budget, wantsOriginals: originals }, compaction),
    },
    estimatedTokens,
    wanted: { tokens: Math.round((systemTokens + toolTokens + all.tokens) * factor), messages: all.messages },
    budget,
    factor,
    complete: fit.complete,
    wantsOriginals: originals,
    turns,
  };
}

/** Rounded so that the parts add up to the whole. */
function partsOf(
  sized: Omit<PromptMeasure['parts'], 'messages'>,
  estimatedTokens: number,
  factor: number,
): PromptMeasure['parts'] {
  const [system, tools, summaries, attachments] = [sized.system, sized.tools, sized.summaries, sized.attachments].map(
    (tokens) => Math.floor(tokens * factor),
  ) as [number, number, number, number];
  const rest = Math.round(estimatedTokens * factor) - system - tools - summaries - attachments;
  return { system, tools, summaries, attachments, messages: Math.max(0, rest) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
