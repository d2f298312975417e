import { isDue, planCompaction, targetOf, type CompactionPlan, type PromptFill } from './compactionPlan';
import type { CompactionSettings } from './compactionSettings';
import type { PromptLayout } from './promptBuilder';

/**
 * Why a summary is made: the prompt has come near its limit, it does not fit, the provider found it too long, or a
 * person asked for it.
 */
export type CompactionReason = 'due' | 'mustFit' | 'refused' | 'manual';

/** Part of the limit that a summary by itself has to free; less is not worth a request and a change of the prompt. */
const leastGain = 0.05;
/** Part that is sent again of what a provider refused: nobody knows how much it takes, and there is one more try. */
const shareAfterRefusal = 0.4;
/** Room left for a summary that is still to be made, in tokens and as a part of the limit. */
const summaryRoom = 800;
const summaryRoomShare = 0.125;

/** How full the prompt is, before limits leave anything out. */
export function fillOf({ wanted, measure, wantsOriginals }: PromptLayout): PromptFill {
  const { compactsAt, maxMessages } = measure;
  return { ...wanted, compactsAt, maxMessages, wantsOriginals };
}

/** True when it is the number of messages that is near its limit: then also few words are worth a summary. */
export function isDueByMessages(layout: PromptLayout, settings: CompactionSettings): boolean {
  return isDue({ ...fillOf(layout), compactsAt: null }, settings);
}

/** What to summarise of a prompt now; undefined where nothing may be, or where it would gain too little. */
export function chooseCompaction(
  layout: PromptLayout,
  settings: CompactionSettings,
  reason: CompactionReason,
): CompactionPlan | undefined {
  const total = layout.turns.reduce((sum, turn) => sum + turn.messages, 0);
  const target = targetOf(total, settings);
  if (reason === 'due' || reason === 'manual') {
    const plan = planCompaction(layout.turns, { target, preserve: settings.preserveRecent });
    return reason === 'due' && plan !== undefined && !isWorthwhile(plan, layout, settings) ? undefined : plan;
  }
  const { compactsAt, maxTokens, maxMessages } = layout.measure;
  const accepted = reason === 'refused' ? layout.wanted.tokens * shareAfterRefusal : Infinity;
  const most = Math.min(maxTokens ?? Infinity, accepted);
  const wished = Math.min(compactsAt ?? Infinity, most);
  const messagesAt = maxMessages === null ? Infinity : Math.max(1, Math.floor(maxMessages * settings.triggerThreshold));
  const plan = planCompaction(layout.turns, {
    target,
    preserve: settings.preserveRecent,
    isEnough: (tokens, messages) => sentTokens(layout, tokens) <= wished && messages <= messagesAt,
  });
  const fits = (keptTokens: number): boolean => sentTokens(layout, keptTokens) <= most;
  // What the window has no room for would be left out without a trace: then a summary of newer messages is the lesser evil.
  return fits(tokensKept(layout, plan)) ? plan : planCompaction(layout.turns, { target, preserve: 1, isEnough: fits });
}

function isWorthwhile(plan: CompactionPlan, layout: PromptLayout, settings: CompactionSettings): boolean {
  const { compactsAt } = layout.measure;
  return (
    isDueByMessages(layout, settings) || compactsAt === null || plan.tokens * layout.factor >= leastGain * compactsAt
  );
}

/** Tokens of a request with these turns and a summary of the others, corrected for the model. */
function sentTokens({ measure, factor }: PromptLayout, keptTokens: number): number {
  const { system, tools } = measure.parts;
  const room = Math.min(summaryRoom, summaryRoomShare * (measure.maxTokens ?? Infinity));
  return system + tools + keptTokens * factor + room;
}

function tokensKept({ turns }: PromptLayout, plan: CompactionPlan | undefined): number {
  return turns.reduce((sum, { tokens }) => sum + tokens, 0) - (plan?.tokens ?? 0);
}
