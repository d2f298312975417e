import { cutEnd, cutMiddle } from './cutText';

/** A message as summaries see it. */
export interface SummarySource {
  readonly role: string;
  readonly content: string;
}

/** Role under which an earlier summary is handed in to be folded into a new one. */
export const summaryRole = 'summary';

/** UTF-16 units of a summary, unless the caller asks for another length. */
const defaultLength = 6000;
const excerptLength = 200;
const shortestExcerpt = 40;
const longestRole = 20;
const heading = 'Summary of earlier messages, made of their beginnings';

/**
 * A summary cut from the messages themselves: one line for each with the beginning of its text. Earlier summaries
 * (`summaryRole`) keep their two ends in at most half of the room, so that summaries of summaries do not grow; when the
 * messages do not fit into the rest, those in the middle are left out. Takes about `maxLength` UTF-16 units at most.
 */
export function simpleSummary(messages: readonly SummarySource[], maxLength = defaultLength): string {
  const earlier = messages.filter(({ role }) => role === summaryRole).map(({ content }) => unwrap(content));
  const rest = messages.filter(({ role }) => role !== summaryRole);
  const folded = cutMiddle(earlier.map(({ text }) => text).join('\n\n'), Math.floor(maxLength / 2));
  const count = earlier.reduce((sum, { messages: before }) => sum + before, rest.length);
  return [
    heading,
    ...(folded === '' ? [] : [folded]),
    ...excerptLines(rest, maxLength - folded.length),
    `(${count} messages summarised)`,
  ].join('\n');
}

/** An earlier summary without its frame, where it is one of these: frames would pile up and push the facts out. */
function unwrap(summary: string): { readonly text: string; readonly messages: number } {
  const lines = summary.trim().split('\n');
  const count = /^\((\d+) messages summarised\)$/.exec(lines.at(-1) ?? '');
  return lines[0] === heading && count !== null
    ? { text: lines.slice(1, -1).join('\n'), messages: Number(count[1]) }
    : { text: summary.trim(), messages: 0 };
}

function excerptLines(messages: readonly SummarySource[], room: number): readonly string[] {
  const share = Math.floor(room / Math.max(messages.length, 1));
  const length = Math.min(excerptLength, Math.max(shortestExcerpt, share - longestRole));
  const lines = messages.map(
    ({ role, content }) => `[${cutEnd(role, longestRole)}]: ${cutEnd(oneLine(content), length) || '(empty)'}`,
  );
  const most = Math.max(2, Math.floor(room / (shortestExcerpt + longestRole)));
  if (lines.length <= most) {
    return lines;
  }
  const first = Math.ceil(most / 2);
  const last = lines.length - (most - first);
  return [...lines.slice(0, first), `(${last - first} messages left out)`, ...lines.slice(last)];
}

/** Enough of a text for its excerpt: the rest of a large one need not be looked at. */
function oneLine(text: string): string {
  return text
    .slice(0, excerptLength * 10)
    .replace(/\s+/g, ' ')
    .trim();
}
