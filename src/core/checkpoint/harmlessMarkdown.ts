import { fenced } from '../turn/promptFence';

interface Fence {
  readonly indent: string;
  readonly mark: string;
}

interface Draft {
  readonly lines: string[];
  fence: Fence | undefined;
  /** A line that may or may not begin a fence, depending on the list around it. */
  ghost: boolean;
  /** It is no longer certain what is code in this paragraph: from here on nothing counts as code. */
  open: boolean;
}

const fenceStart = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/;
const indentedFence = /^(?: {4}|[ \t]*\t)[ \t]*(?:`{3}|~{3})/;
const nestedFence = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>)[ \t]*)+(?:`{3}|~{3})/;
const heading = /^( {0,3})(#{1,6})(?=[ \t]|$)/;
const underline = /^( {0,3})(=+|-+)[ \t]*$/;
const blank = /^[ \t]*$/;
/** In the address and the title of a link a backtick begins no code. */
const unusualLink = /\]\((?![^\s()<>"'`\\]*\))/;
/** The sections of the document itself go down to here. */
const headingLevels = 3;

/**
 * Markdown of a message for a place inside a document: as it is meant, but without HTML and pictures, with headings below
 * those of the document and with nothing left open. Where readers of Markdown may differ about what is code it becomes
 * one block of plain text.
 */
export function harmlessMarkdown(text: string): string {
  const draft: Draft = { lines: [], fence: undefined, ghost: false, open: false };
  for (const line of text.split(/\r\n?|\n/)) {
    const isClear = draft.fence === undefined ? addLine(draft, line) : addCode(draft, draft.fence, line);
    if (!isClear) {
      return fenced(text);
    }
  }
  if (draft.fence !== undefined) {
    draft.lines.push(draft.fence.indent + draft.fence.mark);
  }
  return draft.lines.join('\n');
}

/** One line of text in which nothing of Markdown has a meaning. */
export function plainMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~!&$]/g, String.raw`\$&`);
}

/** False where it is not clear whether the line ends the fence. */
function addCode(draft: Draft, { indent, mark }: Fence, line: string): boolean {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  if (!blank.test(line) && spaces < indent.length) {
    return false;
  }
  const rest = line.slice(spaces).trimEnd();
  const closes = rest.startsWith(mark) && rest === mark.charAt(0).repeat(rest.length);
  if (closes && indent.length > 0 && spaces !== indent.length) {
    return false;
  }
  if (closes && spaces <= 3) {
    draft.fence = undefined;
  }
  draft.lines.push(line);
  return true;
}

/** False where it is not clear whether a fence begins. */
function addLine(draft: Draft, line: string): boolean {
  if (nestedFence.test(line)) {
    return false;
  }
  const [, indent = '', mark] = fenceStart.exec(line) ?? [];
  if (mark !== undefined) {
    draft.fence = { indent, mark };
    draft.open = false;
    draft.lines.push(line);
    return indent === '' || !draft.ghost;
  }
  if (blank.test(line)) {
    draft.open = false;
    draft.lines.push('');
    return true;
  }
  draft.ghost = indentedFence.test(line) || (draft.ghost && /^[ \t]/.test(line));
  const previous = draft.lines.at(-1) ?? '';
  draft.lines.push(escapeBlock(escapeInline(draft, line), previous !== ''));
  return true;
}

function escapeBlock(line: string, continues: boolean): string {
  if (continues && underline.test(line)) {
    return line.replace(underline, String.raw`$1\$2`);
  }
  return line.replace(heading, (_, indent: string, marks: string) => {
    return indent + '#'.repeat(Math.min(6, marks.length + headingLevels));
  });
}

/** Leaves code as it is where it is certain to be code. */
function escapeInline(draft: Draft, line: string): string {
  const findEnd = codeEnds(line);
  const token = /`+|\\[^]|[^`\\]+|\\/y;
  let result = '';
  while (token.lastIndex < line.length) {
    const start = token.lastIndex;
    const [text = ''] = token.exec(line) ?? [];
    const isRun = text.startsWith('`');
    const end = isRun && !draft.open ? findEnd(start, text.length) : undefined;
    const code = line.slice(start, end);
    // In a table a bar ends its cell, and with it the code.
    if (end !== undefined && !code.includes('|')) {
      result += code;
      token.lastIndex = end;
    } else {
      draft.open ||= isRun || unusualLink.test(text);
      result += isRun || text.startsWith('\\') ? text : escapeText(text);
    }
  }
  return result;
}

function escapeText(text: string): string {
  return text
    .replace(/<(?=[A-Za-z/!?])/g, String.raw`\<`)
    .replace(/!(?=\[)/g, String.raw`\!`)
    .replace(/\](?=:)/g, ']\\');
}

/** Finds behind which run of backticks the code ends that one of the same length begins; positions may only grow. */
function codeEnds(line: string): (start: number, length: number) => number | undefined {
  const runs = new Map<number, number[]>();
  for (const { index, 0: run } of [...line.matchAll(/`+/g)].reverse()) {
    const places = runs.get(run.length);
    if (places === undefined) {
      runs.set(run.length, [index]);
    } else {
      places.push(index);
    }
  }
  return (start, length) => {
    const places = runs.get(length) ?? [];
    while ((places.at(-1) ?? line.length) < start + length) {
      places.pop();
    }
    const place = places.at(-1);
    return place === undefined ? undefined : place + length;
  };
}
