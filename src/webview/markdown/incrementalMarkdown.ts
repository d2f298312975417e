import { parseMarkdown, type MarkdownBlock, type References } from './markdownParser';

/** Longer texts, longer unfinished blocks, and texts that cost more tokens are shown as plain text: they would block the page. */
const maxLength = 400_000;
const maxOpenLength = 100_000;
const maxCost = 15_000;
const maxOpenCost = 5_000;
/** Characters that begin structure, and such as are invisible: reading or drawing costs by their number. */
const maxMarks = 40_000;
const maxLines = 6_000;

const marks: ReadonlySet<number> = new Set(
  [...'|*_[]()`~<>!\\&\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad\u001b'].map(
    (mark) => mark.charCodeAt(0),
  ),
);

/** Null: too much to lay out, so that plain text is to be shown. */
export type MarkdownResult = readonly MarkdownBlock[] | null;

/**
 * Parses a text that grows. Finished blocks are parsed once and stay the same objects;
 * with every call only the last block, which may still change, is parsed again.
 */
export class IncrementalMarkdown {
  private source = '';
  private finished: readonly MarkdownBlock[] = [];
  private finishedLength = 0;
  private finishedCost = 0;
  private references: References = {};
  private blocks: MarkdownResult = [];

  /** The blocks of `source`. `growing` is false once nothing more is to come: then the whole is parsed as one. */
  update(source: string, growing: boolean): MarkdownResult {
    if (source.length > maxLength || isTooMuch(source)) {
      return null;
    }
    if (!growing) {
      return this.finish(source);
    }
    if (!source.startsWith(this.source)) {
      this.reset();
    }
    this.source = source;
    // What was too much only grows, and must not be read anew with every piece.
    if (this.blocks !== null) {
      this.blocks = this.parseOpenEnd();
    }
    return this.blocks;
  }

  private parseOpenEnd(): MarkdownResult {
    const rest = this.source.slice(this.finishedLength);
    if (rest.length > maxOpenLength) {
      return null;
    }
    const open = parseMarkdown(rest, this.references);
    if (open.lastBlockCost > maxOpenCost || open.cost + this.finishedCost > maxCost) {
      return null;
    }
    if (open.blocks.length < 2) {
      return [...this.finished, ...open.blocks];
    }
    // Parsed again without the open block, whose half-written link references must not be kept.
    const done = parseMarkdown(rest.slice(0, open.lastBlockStart), this.references);
    this.finished = [...this.finished, ...done.blocks];
    this.finishedCost += done.cost;
    this.finishedLength += open.lastBlockStart;
    this.references = done.references;
    return [...this.finished, ...open.blocks.slice(-1)];
  }

  /** A reference at the end may give meaning to blocks above it, so only a text without any keeps its blocks. */
  private finish(source: string): MarkdownResult {
    const whole = parseMarkdown(source);
    if (whole.cost > maxCost) {
      return null;
    }
    const known = Object.keys(whole.references).length === 0 ? (this.blocks ?? []) : [];
    this.reset();
    this.source = source;
    this.blocks = whole.blocks.map((block, index) => (known[index]?.source === block.source ? known[index] : block));
    return this.blocks;
  }

  private reset(): void {
    this.source = '';
    this.finished = [];
    this.finishedLength = 0;
    this.finishedCost = 0;
    this.references = {};
    this.blocks = [];
  }
}

function isTooMuch(source: string): boolean {
  let markCount = 0;
  let lineCount = 0;
  for (let index = 0; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    lineCount += Number(code === 0x0a || code === 0x0d);
    markCount += Number(marks.has(code));
  }
  return markCount > maxMarks || lineCount > maxLines;
}
