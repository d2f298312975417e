import { assertNever } from '../base/errors';
import { sentContextOf } from './contextItem';
import { startsTurn } from './startsTurn';
import type { ModelRef } from './session';
import type { StoredEvent, TokenUsage } from './sessionEvent';
import type {
  AssistantItem,
  AssistantPart,
  NotePart,
  ToolPart,
  TranscriptContent,
  TranscriptItem,
} from './transcriptItem';

export type ToolResult = NonNullable<ToolPart['result']>;

/** Items in the making. */
export interface TranscriptDraft {
  readonly items: TranscriptItem[];
  readonly results: ReadonlyMap<string, ToolResult>;
  /** Keys of the answers among the items. */
  readonly keys: Set<string>;
  /** The answer that may still go on; not yet among the items. */
  group: (AssistantItem & { readonly seq: number }) | null;
  /** Model of the last answer. */
  model: ModelRef | null;
  /** Day of the last event that is shown. */
  day: string;
}

export interface SeparatorOptions {
  /** Silence (ms) before a user message that is worth a line; 0 = never. */
  readonly idleGapMs: number;
  /** Names the local day of a time: equal for two times of the same day. */
  readonly dayOf: (ms: number) => string;
}

/** Adds what a person sees of an event; `last` is the event before it. */
export function addToTranscript(
  draft: TranscriptDraft,
  event: StoredEvent,
  last: StoredEvent | undefined,
  options: SeparatorOptions,
): void {
  if (isVisible(event)) {
    addSeparator(draft, event, last, options);
    addEvent(draft, event);
    notesOf(event).forEach((note) => addNote(draft, event, note));
  }
}

/** Whether a person sees anything of an event at its own place. */
export function isVisible(event: StoredEvent): boolean {
  const { body } = event;
  if (notesOf(event).length > 0) {
    return true;
  }
  switch (body.type) {
    case 'system_context':
      return false;
    case 'compaction':
    case 'compaction_undone':
      // Shown where the range ends.
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
    case 'skill_changed':
    case 'opaque':
    case 'damaged':
      return true;
    // What a session was made with stands in its heading and below its answers.
    case 'model_changed':
      return body.from !== null;
    case 'title_changed':
      return body.from !== '';
    default:
      return assertNever(body);
  }
}

function addSeparator(
  draft: TranscriptDraft,
  event: StoredEvent,
  last: StoredEvent | undefined,
  options: SeparatorOptions,
): void {
  const day = options.dayOf(event.createdAt);
  const silence = last === undefined ? 0 : event.createdAt - last.createdAt;
  if (day !== draft.day) {
    push(draft, event, { kind: 'day', key: `day:${event.id}`, at: event.createdAt });
  } else if (options.idleGapMs > 0 && silence > options.idleGapMs && startsTurn(event.body)) {
    push(draft, event, { kind: 'gap', key: `gap:${event.id}`, ms: silence });
  }
  draft.day = day;
}

function addEvent(draft: TranscriptDraft, event: StoredEvent): void {
  const { body, id, createdAt } = event;
  const base = { key: id, eventId: id };
  switch (body.type) {
    case 'user_message':
      return push(draft, event, {
        kind: 'user',
        ...base,
        createdAt,
        text: body.content,
        skill: null,
        attachments: sentContextOf(body.context),
      });
    case 'skill_invocation':
      return push(draft, event, {
        kind: 'user',
        ...base,
        createdAt,
        text: body.arguments ?? '',
        skill: { name: body.name, content: body.content },
        attachments: sentContextOf(body.context),
      });
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
    case 'model_changed':
      return push(draft, event, { kind: 'model-changed', key: id, to: body.to });
    case 'skill_changed':
      return push(draft, event, { kind: 'skill-changed', key: id, to: body.to });
    case 'title_changed':
      return push(draft, event, { kind: 'title-changed', key: id, to: body.to });
    case 'opaque':
    case 'damaged': {
      const reason = body.type === 'damaged' ? body.reason : null;
      return addPart(draft, event, { kind: 'unreadable', ...base, eventType: body.eventType, reason });
    }
    case 'system_context':
    case 'tool_result':
    case 'compaction':
    case 'compaction_undone':
      return;
    default:
      return assertNever(body);
  }
}

function push(draft: TranscriptDraft, event: StoredEvent, item: TranscriptContent): void {
  closeGroup(draft);
  draft.items.push({ ...item, seq: event.seq });
}

/** What is to be said of an event itself. One that cannot be read says all there is to say. */
function notesOf({ id, body, altered, cut }: StoredEvent): readonly NotePart[] {
  const notes: NotePart[] = [];
  if (altered === true && body.type !== 'damaged') {
    notes.push({ kind: 'altered', key: `altered:${id}`, eventId: id });
  }
  if (cut !== undefined) {
    notes.push({ kind: 'cut', key: `cut:${id}`, eventId: id, characters: cut });
  }
  return notes;
}

function addNote(draft: TranscriptDraft, event: StoredEvent, note: NotePart): void {
  const { group } = draft;
  if (group !== null && group.turnId === (event.turnId ?? null)) {
    draft.group = { ...group, parts: [...group.parts, note] };
  } else {
    push(draft, event, note);
  }
}

function addPart(draft: TranscriptDraft, event: StoredEvent, part: AssistantPart): void {
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
    skill: event.skill ?? null,
    usage: event.usage ?? null,
    durationMs: event.durationMs ?? null,
  };
}

/** The first group of a turn is named after it, so that it stays the same element when the running answer is stored. */
function groupKey(draft: TranscriptDraft, event: StoredEvent): string {
  const key = event.turnId === undefined ? event.id : `turn:${event.turnId}`;
  return draft.keys.has(key) ? `${key}:${event.id}` : key;
}

function extend(
  group: NonNullable<TranscriptDraft['group']>,
  event: StoredEvent,
  part: AssistantPart,
): NonNullable<TranscriptDraft['group']> {
  return {
    ...group,
    eventIds: [...group.eventIds, event.id],
    parts: [...group.parts, part],
    model: modelOf(event) ?? group.model,
    skill: event.skill ?? group.skill,
    usage: addUsage(group.usage, event.usage),
    durationMs: event.durationMs === undefined ? group.durationMs : (group.durationMs ?? 0) + event.durationMs,
  };
}

/** Puts the open answer among the items. */
export function closeGroup(draft: TranscriptDraft): void {
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
