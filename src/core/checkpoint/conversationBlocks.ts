import { assertNever } from '../base/errors';
import type { EventBodyOf } from '../session/sessionEvent';
import { fenced } from '../turn/promptFence';
import { formatTime } from './checkpointTime';
import { harmlessMarkdown, plainMarkdown } from './harmlessMarkdown';
import { compactedEvents, tokensOf, undoneCompactions, type BranchEntry } from './recordBranch';

type Role = 'User' | 'Assistant' | 'System';
type ToolResult = EventBodyOf<'tool_result'>;

interface Surroundings {
  /** Of messages, counted from 1. */
  readonly number: number;
  readonly compacted: ReadonlySet<number>;
  readonly undone: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, ToolResult>;
  /** Calls of the branch: their results are shown with them. */
  readonly calls: ReadonlySet<string>;
}

/** Who speaks; undefined for what is no message. */
export function roleOf({ body }: BranchEntry): Role | undefined {
  switch (body.type) {
    case 'user_message':
    case 'skill_invocation':
      return 'User';
    case 'text':
      return body.content === '' && body.finish === 'completed' ? undefined : 'Assistant';
    case 'system_context':
      return 'System';
    default:
      return undefined;
  }
}

/** The conversation as blocks of Markdown, one after the other. */
export function conversationBlocks(branch: readonly BranchEntry[]): readonly string[] {
  const bodies = branch.map(({ body }) => body);
  const surroundings = {
    compacted: compactedEvents(branch),
    undone: undoneCompactions(branch),
    results: new Map(bodies.flatMap((body) => (body.type === 'tool_result' ? [[body.toolUseId, body] as const] : []))),
    calls: new Set(bodies.flatMap((body) => (body.type === 'tool_call' ? [body.id] : []))),
  };
  let number = 0;
  return branch.flatMap((entry) => {
    number += roleOf(entry) === undefined ? 0 : 1;
    return blocksOf(entry, { ...surroundings, number });
  });
}

/** ISO time without what nobody reads. */
export function timeText(ms: number): string {
  return `${formatTime(ms).replace('T', ' ').slice(0, -5)} UTC`;
}

function blocksOf(entry: BranchEntry, around: Surroundings): readonly string[] {
  const { body, event } = entry;
  switch (body.type) {
    case 'user_message':
    case 'system_context':
      return [...head(entry, around), textOf(body.content)];
    case 'text':
      return [...head(entry, around), textOf(body.content), ...endOf(body)];
    case 'skill_invocation': {
      const call = plainMarkdown(`/${body.name} ${body.arguments ?? ''}`.trim());
      return [...head(entry, around), `**${call}**`, folded('Skill', harmlessMarkdown(body.content))];
    }
    case 'reasoning':
      return body.content === '' ? [] : [folded('Reasoning', harmlessMarkdown(body.content))];
    case 'tool_call':
      return [toolBlock(body, around.results.get(body.id))];
    case 'tool_result':
      return around.calls.has(body.toolUseId) ? [] : [folded('Tool result', fenced(body.content))];
    case 'out_of_band_output':
      return [folded(`Output: ${body.command ?? body.name}`, fenced(body.content))];
    case 'compaction': {
      const state = around.undone.has(event.id) ? ', taken back' : '';
      const count = body.messages === undefined ? 'earlier messages' : `${body.messages} messages`;
      const tokens = `${body.tokensBefore} → ${body.tokensAfter} tokens`;
      return [`### Summary of ${count}`, `*${timeText(event.createdAt)} · ${tokens}${state}*`, textOf(body.summary)];
    }
    case 'model_changed':
      return [`*Model changed to ${plainMarkdown(`${body.to.provider}/${body.to.model}`)}*`];
    case 'skill_changed':
      return [body.to === null ? '*Skill taken off*' : `*Skill changed to ${plainMarkdown(body.to)}*`];
    case 'title_changed':
      return [`*Title changed to ${plainMarkdown(body.to)}*`];
    case 'compaction_undone':
      return [];
    case 'opaque':
    case 'damaged':
      return [folded(`Entry that cannot be read: ${body.eventType}`, fenced(body.data))];
    default:
      return assertNever(body);
  }
}

function head(entry: BranchEntry, { number, compacted }: Surroundings): readonly string[] {
  const { event } = entry;
  const mark = compacted.has(event.seq) ? ' (summarised)' : '';
  const tokens = tokensOf(event);
  const details = [
    timeText(event.createdAt),
    ...(event.model === null ? [] : [plainMarkdown(`${event.provider ?? ''}/${event.model}`)]),
    ...(event.durationMs === null ? [] : [`${(event.durationMs / 1000).toFixed(1)} s`]),
    ...(tokens === 0 ? [] : [`${tokens} tokens`]),
  ];
  return [`### Message ${number} - ${roleOf(entry) ?? ''}${mark}`, `*${details.join(' · ')}*`];
}

function textOf(text: string): string {
  return text.trim() === '' ? '*(empty)*' : harmlessMarkdown(text);
}

function endOf({ finish, error }: EventBodyOf<'text'>): readonly string[] {
  const reason = error === undefined ? '' : `: ${plainMarkdown(error.code)}`;
  return finish === 'completed' ? [] : [`*(${finish}${reason})*`];
}

function toolBlock({ name, input }: EventBodyOf<'tool_call'>, result: ToolResult | undefined): string {
  const outcome = result === undefined ? '*(no result)*' : fenced(result.content);
  const caption = result?.isError === true ? 'Result (failed):' : 'Result:';
  const given = typeof input === 'string' ? input : JSON.stringify(input, undefined, 2);
  return folded(`Tool call: ${name}`, `${fenced(given)}\n\n${caption}\n\n${outcome}`);
}

/** Markdown inside of HTML needs the empty lines. */
export function folded(caption: string, content: string): string {
  return `<details>\n<summary>${htmlText(caption)}</summary>\n\n${content}\n\n</details>`;
}

function htmlText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
