import type { ModelRef, TurnStatus } from './session';
import type { StoredEvent } from './sessionEvent';
import { concernsCompaction } from './compactionsInForce';
import { compactionItems, withCompactions } from './transcriptCompactions';
import {
  addToTranscript,
  closeGroup,
  isVisible,
  type SeparatorOptions,
  type ToolResult,
  type TranscriptDraft,
} from './transcriptDraft';
import type { TranscriptItem } from './transcriptItem';
import { isEqual, reuseItems } from './transcriptReuse';

export interface TranscriptOptions extends SeparatorOptions {
  readonly turnStatus: TurnStatus;
  /** A leading day line is left out for this day. */
  readonly today: string;
}

const noEvents: readonly StoredEvent[] = [];

/**
 * What a person sees of a branch, oldest first. Remembers what it made last, so that the next list costs only as much as
 * it differs at its end: with thousands of events everything else would be felt at each of them.
 */
export class TranscriptProjector {
  private events = noEvents;
  private options: TranscriptOptions | undefined;
  /** Without compactions and the line about a message that has no answer. */
  private items: readonly TranscriptItem[] = [];
  /** Events of the branch that say which compactions are in force. */
  private concerned = noEvents;
  private compactions: readonly TranscriptItem[] = [];
  private keys = new Set<string>();
  private results: ReadonlyMap<string, ToolResult> = new Map();
  private shown: readonly TranscriptItem[] = this.items;

  /**
   * Items of a branch, whose events are in the order of `seq`. Items and parts equal to those of the call before are
   * those very objects, and so is the list when all of them are: a view can tell by identity what changed.
   */
  project(events: readonly StoredEvent[], options: TranscriptOptions): readonly TranscriptItem[] {
    const same = this.sameEvents(events, options);
    if (same < events.length || same < this.events.length) {
      this.update(events, options, same);
    }
    this.events = events;
    this.options = options;
    const items = withCompactions(this.items, this.compactions);
    this.shown = keepList(withUnanswered(items, options.turnStatus, this.shown.at(-1)), this.shown);
    return this.shown;
  }

  /** How many events at the beginning are those of the call before, and to be shown in the same way. */
  private sameEvents(events: readonly StoredEvent[], options: TranscriptOptions): number {
    const { idleGapMs, dayOf, today } = this.options ?? {};
    if (idleGapMs !== options.idleGapMs || dayOf !== options.dayOf || today !== options.today) {
      return 0;
    }
    const end = Math.min(events.length, this.events.length);
    let count = 0;
    while (count < end && events[count] === this.events[count]) {
      count += 1;
    }
    return count;
  }

  private update(events: readonly StoredEvent[], options: TranscriptOptions, same: number): void {
    const { kept, start } = this.boundaryBefore(same);
    const changedCalls = this.updateResults(events, same);
    const dropped = this.items.slice(kept);
    dropped.forEach(({ key }) => this.keys.delete(key));
    const items = this.items.slice(0, kept);
    const draft: TranscriptDraft = {
      items: changedCalls.size === 0 ? items : items.map((item) => withResults(item, changedCalls, this.results)),
      results: this.results,
      keys: this.keys,
      group: null,
      model: modelAfter(items),
      day: dayAfter(events, start, options),
    };
    for (let index = start; index < events.length; index += 1) {
      const event = events[index];
      if (event !== undefined) {
        addToTranscript(draft, event, events[index - 1], options);
      }
    }
    closeGroup(draft);
    this.items = keepList([...draft.items.slice(0, kept), ...reuseItems(draft.items.slice(kept), dropped)], this.items);
    this.updateCompactions(events, same);
  }

  private updateCompactions(events: readonly StoredEvent[], same: number): void {
    const lastSeq = events[same - 1]?.seq ?? -Infinity;
    const kept = this.concerned.filter(({ seq }) => seq <= lastSeq);
    this.concerned = [...kept, ...events.slice(same).filter(concernsCompaction)];
    this.compactions = reuseItems(compactionItems(this.concerned, events), this.compactions);
  }

  /** Where to go on when only so many events are the same: where the item begins that the last of them belongs to. */
  private boundaryBefore(same: number): { readonly kept: number; readonly start: number } {
    const lastSeq = this.events[same - 1]?.seq ?? -Infinity;
    const seq = this.items.findLast((item) => item.seq <= lastSeq)?.seq;
    if (seq === undefined) {
      return { kept: 0, start: 0 };
    }
    // A line before a message begins where the message does.
    return {
      kept: this.items.findLastIndex((item) => item.seq < seq) + 1,
      start: this.events.findLastIndex((event) => event.seq === seq),
    };
  }

  /** Calls whose result is another one than before. */
  private updateResults(events: readonly StoredEvent[], same: number): ReadonlySet<string> {
    const removed = resultsFrom(this.events, same);
    const added = resultsFrom(events, same);
    if (removed.size > 0) {
      this.results = resultsFrom(events, 0);
    } else if (added.size > 0) {
      this.results = new Map([...this.results, ...added]);
    }
    return new Set([...removed.keys(), ...added.keys()]);
  }
}

function resultsFrom(events: readonly StoredEvent[], start: number): ReadonlyMap<string, ToolResult> {
  const results = new Map<string, ToolResult>();
  for (let index = start; index < events.length; index += 1) {
    const body = events[index]?.body;
    if (body?.type === 'tool_result') {
      results.set(body.toolUseId, { content: body.content, isError: body.isError });
    }
  }
  return results;
}

/** A result may come when the call has long been shown, and one with the same id in its place. */
function withResults(
  item: TranscriptItem,
  calls: ReadonlySet<string>,
  results: ReadonlyMap<string, ToolResult>,
): TranscriptItem {
  if (item.kind !== 'assistant' || !item.parts.some((part) => part.kind === 'tool' && calls.has(part.callId))) {
    return item;
  }
  const parts = item.parts.map((part) =>
    part.kind === 'tool' && calls.has(part.callId) ? { ...part, result: results.get(part.callId) ?? null } : part,
  );
  return reuseItems([{ ...item, parts }], [item])[0] ?? item;
}

function modelAfter(items: readonly TranscriptItem[]): ModelRef | null {
  const last = items.findLast((item) => item.kind === 'assistant' && item.model !== null);
  return last?.kind === 'assistant' ? last.model : null;
}

/** Day of the last event before `end` that is shown. */
function dayAfter(events: readonly StoredEvent[], end: number, options: TranscriptOptions): string {
  for (let index = end - 1; index >= 0; index -= 1) {
    const event = events[index];
    if (event !== undefined && isVisible(event)) {
      return options.dayOf(event.createdAt);
    }
  }
  return options.today;
}

/** After a crash the last message may stand alone: that is said, and what can be done about it offered. */
function withUnanswered(
  items: readonly TranscriptItem[],
  status: TurnStatus,
  previous: TranscriptItem | undefined,
): readonly TranscriptItem[] {
  const last = items.findLast(({ kind }) => kind !== 'altered' && kind !== 'cut');
  if (last?.kind !== 'user' || (status !== 'interrupted' && status !== 'failed' && status !== 'cancelled')) {
    return items;
  }
  const line: TranscriptItem = { kind: 'unanswered', key: `unanswered:${last.key}`, seq: last.seq, status };
  return [...items, previous !== undefined && isEqual(previous, line) ? previous : line];
}

/** The former list when it has the same items. */
function keepList(items: readonly TranscriptItem[], previous: readonly TranscriptItem[]): readonly TranscriptItem[] {
  return items.length === previous.length && items.every((item, index) => item === previous[index]) ? previous : items;
}
