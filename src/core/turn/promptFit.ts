import type { PromptEntry } from './promptBranch';
import type { PromptBudget, PromptTurn } from './promptLimits';
import { estimateTokens, tokensPerMessage } from './tokenEstimate';

/** Stands where turns were left out, so that the model does not take the rest for everything. */
const omittedText = '[Earlier messages of this conversation are left out here, because they do not fit.]';

/** Asks for the rest where a branch ends with the assistant: most providers refuse such a request. */
const continueText = 'Please go on.';

/** What of some turns is sent. Tokens as they are estimated. */
export interface FittedTurns {
  readonly entries: readonly PromptEntry[];
  readonly tokens: number;
  readonly summaryTokens: number;
  readonly attachmentTokens: number;
  readonly messages: number;
  /** Nothing was left out. */
  readonly complete: boolean;
}

/**
 * The newest turns that fit, whole ones, and the newest whatever it takes. Summaries of what is left out stay, because
 * they are all that is known of it, unless they take the room of the newest turn. What is sent begins and ends with the user.
 */
export function fitTurns(turns: readonly PromptTurn[], budget: PromptBudget): FittedTurns {
  const newest = turns.at(-1);
  const summaries = turns.reduce((sum, turn) => sum + turn.summaryTokens, 0);
  const keepsSummaries = summaries + ownTokens(newest) <= budget.tokens;
  const closing = newest?.roles.at(-1) === 'assistant' ? [remark(continueText)] : [];
  let size: Size = { tokens: remarkTokens(closing), messages: closing.length, summaryTokens: 0, attachmentTokens: 0 };
  let fitted = size;
  let first = turns.length;
  for (let index = turns.length - 1; index >= 0; index--) {
    size = withTurn(size, turns[index], turns[index + 1]);
    const messages = size.messages + leading(turns[index]);
    const tokens = size.tokens + (keepsSummaries ? summaries : size.summaryTokens);
    if (index < turns.length - 1 && (tokens > budget.tokens || messages > budget.messages)) {
      break;
    }
    fitted = { ...size, messages };
    first = index;
  }
  const dropped = turns.slice(0, first);
  const kept = turns.slice(first);
  const saved = keepsSummaries ? dropped.flatMap(summariesOf) : [];
  const complete = dropped.every((turn) => turn.messages === 0 && (keepsSummaries || turn.summaryTokens === 0));
  const opening = complete && leading(kept[0]) === 0 ? [] : [remark(omittedText)];
  const summaryTokens = keepsSummaries ? summaries : fitted.summaryTokens;
  return {
    entries: [...saved, ...opening, ...kept.flatMap(({ entries }) => entries), ...closing],
    tokens: fitted.tokens + summaryTokens + remarkTokens(opening),
    summaryTokens,
    attachmentTokens: fitted.attachmentTokens,
    messages: fitted.messages,
    complete,
  };
}

interface Size {
  /** Without those of summaries, which stay when their turn does not. */
  readonly tokens: number;
  readonly summaryTokens: number;
  readonly messages: number;
  readonly attachmentTokens: number;
}

function withTurn(size: Size, turn: PromptTurn | undefined, next: PromptTurn | undefined): Size {
  const merges = turn?.roles.at(-1) === 'user' && next?.roles[0] === 'user' ? 1 : 0;
  return {
    tokens: size.tokens + ownTokens(turn),
    messages: size.messages + (turn?.roles.length ?? 0) - merges,
    summaryTokens: size.summaryTokens + (turn?.summaryTokens ?? 0),
    attachmentTokens: size.attachmentTokens + (turn?.attachmentTokens ?? 0),
  };
}

function ownTokens(turn: PromptTurn | undefined): number {
  return turn === undefined ? 0 : turn.tokens - turn.summaryTokens;
}

/** A message of ours that goes before a turn which does not begin with the user. */
function leading(turn: PromptTurn | undefined): number {
  return turn?.roles[0] === undefined || turn.roles[0] === 'user' ? 0 : 1;
}

function summariesOf(turn: PromptTurn): readonly PromptEntry[] {
  return turn.entries.filter(({ kind }) => kind === 'summary');
}

function remark(text: string): PromptEntry & { readonly kind: 'remark' } {
  return { kind: 'remark', text };
}

function remarkTokens(remarks: readonly (PromptEntry & { readonly kind: 'remark' })[]): number {
  return remarks.reduce((sum, { text }) => sum + tokensPerMessage + estimateTokens(text), 0);
}
