import MarkdownIt from 'markdown-it';
import { safeLink } from './linkPolicy';

type Parser = InstanceType<typeof MarkdownIt>;
export type MarkdownToken = ReturnType<Parser['parse']>[number];
export type References = Readonly<Record<string, { readonly title: string; readonly href: string }>>;

/** A paragraph, list, table, … of the outermost level. */
export interface MarkdownBlock {
  readonly source: string;
  readonly tokens: readonly MarkdownToken[];
}

export interface ParsedMarkdown {
  readonly blocks: readonly MarkdownBlock[];
  readonly references: References;
  /** What drawing costs, in tokens of all levels. Infinite for a text that is nested too deep. */
  readonly cost: number;
  readonly lastBlockCost: number;
  /** Where the last block begins in the source. */
  readonly lastBlockStart: number;
}

/** The parser leaves out what is nested deeper, so that such a text is not to be shown as Markdown at all. */
const maxNesting = 60;

/** Characters of a link's target, and of code that may be coloured, that cost as much as one token. */
const targetPerToken = 100;
const codePerToken = 20;

const parser = createParser();

function createParser(): Parser {
  const md = new MarkdownIt('default', { html: false, linkify: true, maxNesting });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  for (const scheme of ['ftp:', '//', 'mailto:']) {
    md.linkify.add(scheme, null);
  }
  // Every target is let through here and judged when it is drawn: refused ones are then shown as text with their target.
  md.validateLink = () => true;
  md.normalizeLink = (url) => url;
  md.normalizeLinkText = (url) => safeLink(url)?.href ?? url;
  return md;
}

/** Parses Markdown into blocks; `known` are link references defined earlier in the same text. */
export function parseMarkdown(source: string, known: References = {}): ParsedMarkdown {
  const env = { references: { ...known } };
  const tokens = parser.parse(source, env);
  const lineStarts = findLineStarts(source);
  const blocks: MarkdownBlock[] = [];
  let cost = 0;
  let lastBlockCost = 0;
  let lastBlockStart = 0;
  let open: MarkdownToken[] = [];
  for (const token of tokens) {
    lastBlockCost = open.length === 0 ? 0 : lastBlockCost;
    open.push(token);
    lastBlockCost += costOf(token);
    if (token.level === 0 && token.nesting !== 1) {
      const [first, end] = open[0]?.map ?? [0, 0];
      lastBlockStart = lineStarts[first] ?? 0;
      blocks.push({ source: source.slice(lastBlockStart, lineStarts[end] ?? source.length), tokens: open });
      open = [];
      cost += lastBlockCost;
    }
  }
  return { blocks, references: env.references, cost, lastBlockCost, lastBlockStart };
}

function costOf({ type, level, content, children }: MarkdownToken): number {
  if (level >= maxNesting - 1) {
    return Infinity;
  }
  const inside = children?.reduce((sum, child) => sum + 1 + targetLength(child) / targetPerToken, 0) ?? 0;
  return 1 + inside + (type === 'fence' ? content.length / codePerToken : 0);
}

/** A target is written once and can be used in thousands of links. */
function targetLength(token: MarkdownToken): number {
  return String(token.attrGet('href') ?? token.attrGet('src') ?? '').length;
}

/** Offsets at which lines begin, by the line ends that the parser knows. */
function findLineStarts(source: string): readonly number[] {
  const starts = [0];
  for (const match of source.matchAll(/\r\n?|\n/g)) {
    starts.push(match.index + match[0].length);
  }
  return starts;
}
