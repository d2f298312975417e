import { assertNever } from '../base/errors';
import type { ModelRef, TurnStatus } from './session';
import type { StoredEvent, TokenUsage } from './sessionEvent';
import type { AssistantItem, AssistantPart, ToolPart, TranscriptContent, TranscriptItem } from './transcriptItem';

export interface TranscriptOptions {
  readonly turnStatus: TurnStatus;
  /** Silence (ms) before a user message that is worth a line; 0 = never. */
  readonly idleGapMs: number;
  /** Names the local day of a time: equal for two times of the same day. */
  readonly dayOf: (ms: number) => string;
  /** A leading day line is left out for this day. */
  readonly today: string;
}

type ToolResult = NonNullable<ToolPart['result']>;

interface Draft {
  readonly items: TranscriptItem[];
  readonly results: ReadonlyMap<string, ToolResult>;
  readonly keys: Set<string>;
  group: (AssistantItem & { readonly seq: number }) | null;
  model: ModelRef | null;
}

/**
 * What a person sees of a branch, oldest first. Items equal to those of `previous` are those very objects,
 * so that a view can tell by identity what changed.
 */
export function projectTranscript(
  events: readonly StoredEvent[],
  options: TranscriptOptions,
  previous: readonly TranscriptItem[] = [],
): readonly TranscriptItem[] {
  const draft: Draft = {
    items: [],
    results: collectResults(events),
    keys: new Set(),
    group: null,
    model: null,
  };
  let last: StoredEvent | undefined;
  let shownDay: string | undefined = options.today;
  for (const event of events) {
    if (isVisible(event)) {
      shownDay = addSeparator(draft, event, last, shownDay, options);
      addEvent(draft, event);
    }
    last = event;
  }
  closeGroup(draft);
  addUnanswered(draft, options.turnStatus);
  return reuse(draft.items, previous);
}

function collectResults(events: readonly StoredEvent[]): ReadonlyMap<string, ToolResult> {
  const results = new Map<string, ToolResult>();
  for (const { body } of events) {
    if (body.type === 'tool_result') {
      results.set(body.toolUseId, { content: body.content, isError: body.isError });
    }
  }
  return results;
}

function isVisible(event: StoredEvent): boolean {
  const { body } = event;
  switch (body.type) {
    case 'system_context':
    case 'compaction_undone':
      return false;
    case 'tool_result':
      // Shown with its call. One whose call is on an earlier page is shown with it once that page is there.
      return false;
    case 'text':
      return body.content !== '' || body.finish !== 'completed';
    case 'reasoning':
      return body.content !== '';
    case 'tool_call':
    case 'user_message':
    case 'out_of_band_output':
    case 'skill_invocation':
    case 'compaction':
    case 'model_changed':
    case 'title_changed':
    case 'opaque':
    case 'damaged':
      return true;
    default:
      return assertNever(body);
  }
}

function addSeparator(
  draft: Draft,
  event: StoredEvent,
  last: StoredEvent | undefined,
  shownDay: string | undefined,
  options: TranscriptOptions,
): string | undefined {
  const day = options.dayOf(event.createdAt);
  const silence = last === undefined ? 0 : event.createdAt - last.createdAt;
  if (day !== shownDay) {
    push(draft, event, { kind: 'day', key: `day:${event.id}`, at: event.createdAt });
  } else if (options.idleGapMs > 0 && silence > options.idleGapMs && event.body.type === 'user_message') {
    push(draft, event, { kind: 'gap', key: `gap:${event.id}`, ms: silence });
  }
  return day;
}

function addEvent(draft: Draft, event: StoredEvent): void {
  const { body, id, createdAt } = event;
  const base = { key: id, eventId: id };
  switch (body.type) {
    case 'user_message':
      return push(draft, event, { kind: 'user', ...base, createdAt, text: body.content });
    case 'text':
      return addPart(draft, event, {
        kind: 'text',
        ...base,
        text: body.content,
        finish: body.finish,
        error: body.error ?? null,
      });
    case 'reasoning':
      return addPart(draft, event, { kind: 'reasoning', ...base, text: body.content });
    case 'tool_call':
      return addPart(draft, event, {
        kind: 'tool',
        ...base,
        callId: body.id,
        name: body.name,
        input: body.input,
        result: draft.results.get(body.id) ?? null,
      });
    case 'out_of_band_output':
      return push(draft, event, {
        kind: 'system',
        ...base,
        createdAt,
        name: body.name,
        command: body.command,
        content: body.content,
      });
    case 'compaction':
      return push(draft, event, { kind: 'system', ...base, createdAt, name: '', command: null, content: body.summary });
    case 'skill_invocation':
      return push(draft, event, { kind: 'skill', key: id, name: body.name });
    case 'model_changed':
      return push(draft, event, { kind: 'model-changed', key: id, to: body.to });
    case 'title_changed':
      return push(draft, event, { kind: 'title-changed', key: id, to: body.to });
    case 'opaque':
    case 'damaged': {
      const reason = body.type === 'damaged' ? body.reason : null;
      return addPart(draft, event, { kind: 'unreadable', ...base, eventType: body.eventType, reason });
    }
    case 'system_context':
    case 'tool_result':
    case 'compaction_undone':
      return;
    default:
      return assertNever(body);
  }
}

function push(draft: Draft, event: StoredEvent, item: TranscriptContent): void {
  closeGroup(draft);
  draft.items.push({ ...item, seq: event.seq });
}

function addPart(draft: Draft, event: StoredEvent, part: AssistantPart): void {
  const turnId = event.turnId ?? null;
  const open = draft.group;
  if (open === null && part.kind === 'unreadable') {
    return push(draft, event, part);
  }
  if (open !== null && (open.turnId === turnId || part.kind === 'unreadable')) {
    draft.group = extend(open, event, part);
    return;
  }
  closeGroup(draft);
  const model = modelOf(event);
  draft.group = {
    kind: 'assistant',
    key: groupKey(draft, event),
    seq: event.seq,
    turnId,
    createdAt: event.createdAt,
    eventIds: [event.id],
    parts: [part],
    model,
    modelDiffers: false,
    usage: event.usage ?? null,
    durationMs: event.durationMs ?? null,
  };
}

/** The first group of a turn is named after it, so that it stays the same element when the running answer is stored. */
function groupKey(draft: Draft, event: StoredEvent): string {
  const key = event.turnId === undefined ? event.id : `turn:${event.turnId}`;
  return draft.keys.has(key) ? `${key}:${event.id}` : key;
}

function extend(
  group: NonNullable<Draft['group']>,
  event: StoredEvent,
  part: AssistantPart,
): NonNullable<Draft['group']> {
  return {
    ...group,
    eventIds: [...group.eventIds, event.id],
    parts: [...group.parts, part],
    model: modelOf(event) ?? group.model,
    usage: addUsage(group.usage, event.usage),
    durationMs: event.durationMs === undefined ? group.durationMs : (group.durationMs ?? 0) + event.durationMs,
  };
}

function closeGroup(draft: Draft): void {
  const { group } = draft;
  if (group === null) {
    return;
  }
  const differs =
    group.model !== null && (draft.model?.provider !== group.model.provider || draft.model.model !== group.model.model);
  draft.keys.add(group.key);
  draft.items.push({ ...group, modelDiffers: differs });
  draft.model = group.model ?? draft.model;
  draft.group = null;
}

function modelOf(event: StoredEvent): ModelRef | null {
  return event.provider === undefined || event.model === undefined
    ? null
    : { provider: event.provider, model: event.model };
}

function addUsage(a: TokenUsage | null, b: TokenUsage | undefined): TokenUsage | null {
  if (a === null || b === undefined) {
    return b ?? a;
  }
  const names = ['inputTokens', 'outputTokens', 'reasoningTokens', 'cachedInputTokens'] as const;
  const sums = names
    .filter((name) => a[name] !== undefined || b[name] !== undefined)
    .map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]);
  return Object.fromEntries(sums) as TokenUsage;
}

/** After a crash the last message may stand alone: that is said, and what can be done about it offered. */
function addUnanswered(draft: Draft, status: TurnStatus): void {
  const last = draft.items.at(-1);
  if (last?.kind === 'user' && (status === 'interrupted' || status === 'failed' || status === 'cancelled')) {
    draft.items.push({ kind: 'unanswered', key: `unanswered:${last.key}`, seq: last.seq, status });
  }
}

function reuse(items: readonly TranscriptItem[], previous: readonly TranscriptItem[]): readonly TranscriptItem[] {
  const known = new Map(previous.map((item) => [item.key, item]));
  const merged = items.map((item) => {
    const old = known.get(item.key);
    return old !== undefined && isEqual(old, item) ? old : item;
  });
  const unchanged = merged.length === previous.length && merged.every((item, index) => item === previous[index]);
  return unchanged ? previous : merged;
}

/** Structural equality of the plain data that items are made of. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) {
    return true;
  }
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  ) {
    return false;
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
