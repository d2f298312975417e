import { parseMarkdown, type MarkdownBlock, type References } from './markdownParser';

/** Longer texts, longer unfinished blocks, and texts of more tokens are shown as plain text: they would block the page. */
const maxLength = 400_000;
const maxOpenLength = 150_000;
const maxTokens = 30_000;
/** Characters that begin structure: parsing costs by their number long before anything is drawn. */
const maxMarks = 40_000;

const marks: ReadonlySet<number> = new Set([...'|*_[]()`~<>!'].map((mark) => mark.charCodeAt(0)));

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
  private finishedTokens = 0;
  private references: References = {};
  private blocks: MarkdownResult = [];

  /** The blocks of `source`. `growing` is false once nothing more is to come: then the whole is parsed as one. */
  update(source: string, growing: boolean): MarkdownResult {
    if (source.length > maxLength || countMarks(source) > maxMarks) {
      return null;
    }
    if (!growing) {
      return this.finish(source);
    }
    if (!source.startsWith(this.source)) {
      this.reset();
    }
    this.source = source;
    this.blocks = this.parseOpenEnd();
    return this.blocks;
  }

  private parseOpenEnd(): MarkdownResult {
    const rest = this.source.slice(this.finishedLength);
    if (rest.length > maxOpenLength) {
      return null;
    }
    const open = parseMarkdown(rest, this.references);
    if (open.tokenCount + this.finishedTokens > maxTokens) {
      return null;
    }
    if (open.blocks.length < 2) {
      return [...this.finished, ...open.blocks];
    }
    // Parsed again without the open block, whose half-written link references must not be kept.
    const done = parseMarkdown(rest.slice(0, open.lastBlockStart), this.references);
    this.finished = [...this.finished, ...done.blocks];
    this.finishedTokens += done.tokenCount;
    this.finishedLength += open.lastBlockStart;
    this.references = done.references;
    return [...this.finished, ...open.blocks.slice(-1)];
  }

  /** A reference at the end may give meaning to blocks above it, so only a text without any keeps its blocks. */
  private finish(source: string): MarkdownResult {
    const whole = parseMarkdown(source);
    if (whole.tokenCount > maxTokens) {
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
    this.finishedTokens = 0;
    this.references = {};
  }
}

function countMarks(source: string): number {
  let count = 0;
  for (let index = 0; index < source.length; index += 1) {
    if (marks.has(source.charCodeAt(index))) {
      count += 1;
    }
  }
  return count;
}
