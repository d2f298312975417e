import { l10n } from 'vscode';
import type { UsageRecord, UsageSnapshot } from '../../core/session/sessionService';

/** What is left of a provider's limits, in a few words; empty where it is unknown or has started anew since. `now` in Unix ms. */
export function usageText(record: UsageRecord | undefined, now: number): string {
  const snapshot = record?.snapshot;
  if (snapshot === undefined || (snapshot.resetsAt !== undefined && snapshot.resetsAt <= now)) {
    return '';
  }
  const percent = smallestShare(snapshot);
  return percent === undefined ? '' : l10n.t('{0} % of the limit left', percent);
}

function smallestShare(snapshot: UsageSnapshot): number | undefined {
  const shares = [
    shareOf(snapshot.requestsRemaining, snapshot.requestsLimit),
    shareOf(snapshot.tokensRemaining, snapshot.tokensLimit),
  ].filter((share) => share !== undefined);
  return shares.length === 0 ? undefined : Math.round(Math.min(...shares) * 100);
}

function shareOf(remaining: number | undefined, limit: number | undefined): number | undefined {
  return remaining === undefined || limit === undefined || limit <= 0
    ? undefined
    : Math.max(0, Math.min(1, remaining / limit));
}
