import { Composer, CST, Lexer, Parser, type Document, type ParsedNode } from 'yaml';
import { checkpointLimits } from './checkpoint';
import { readPlainYaml } from './plainYaml';
import type { ReadSource, SourceFault } from './sourceFault';
import { SourceTree } from './sourceTree';
import { buildYamlValue } from './yamlValue';

const { maxDepth, maxProblems, maxYamlTokens } = checkpointLimits;

/** YAML 1.2, one document, without what makes it dangerous: anchors, aliases, tags and merge keys are refused. */
export function readYaml(text: string): ReadSource {
  const plain = readPlainYaml(text);
  if (plain !== undefined) {
    return { value: plain.value, faults: [], tree: new SourceTree(text, () => plain.root) };
  }
  const refused = refusedTokens(text);
  return refused.length > 0 ? refuse(text, refused) : readDocument(text);
}

function refuse(text: string, faults: readonly SourceFault[]): ReadSource {
  return { value: undefined, faults, tree: new SourceTree(text) };
}

/** Runs over the tokens alone, before anything is built of them. */
function refusedTokens(text: string): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  let offset = 0;
  let tokens = 0;
  let inScalar = false;
  for (const token of new Lexer().lex(text)) {
    const type: CST.TokenType | null = inScalar ? null : CST.tokenType(token);
    const code = inScalar ? (token === '<<' ? 'yaml-merge-key' : undefined) : refusedTypes.get(type);
    inScalar = type === 'scalar';
    if (++tokens > maxYamlTokens) {
      return [{ code: 'too-many-values', args: { limit: maxYamlTokens }, path: [] }];
    }
    if (code !== undefined) {
      faults.push({ code, args: { text: token.slice(0, 40) }, path: [], at: [offset, offset + token.length] });
    }
    if (faults.length >= maxProblems) {
      return faults;
    }
    // Marks that the lexer adds stand for no text.
    offset += type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end' ? 0 : token.length;
  }
  return faults;
}

const refusedTypes: ReadonlyMap<CST.TokenType | null, SourceFault['code']> = new Map([
  ['alias', 'yaml-alias'],
  ['anchor', 'yaml-alias'],
  ['tag', 'yaml-tag'],
] as const);

function readDocument(text: string): ReadSource {
  const errors = new YamlErrors();
  try {
    const tokens = parseTokens(text);
    // Its own check of keys takes a time that grows with the square of their number.
    const composer = new Composer({ prettyErrors: false, uniqueKeys: false, schema: 'core', logLevel: 'silent' });
    const [document, second] = errors.collectFrom(composer).compose(tokens, true, text.length);
    const { value, root, faults } = buildYamlValue(document?.contents ?? null);
    document?.errors.forEach(({ code, message, pos }) => errors.add(pos, code, message));
    const all = [...errors.faults, ...(second === undefined ? [] : [secondDocument(second)]), ...faults];
    return { value, faults: all, tree: new SourceTree(text, () => root) };
  } catch (error) {
    if (error instanceof TooManyErrors) {
      return refuse(text, errors.faults);
    }
    // Values that nest in a way that was not seen before run out of stack.
    if (error instanceof TooDeep || error instanceof RangeError) {
      return refuse(text, [{ code: 'too-deep', args: { limit: maxDepth }, path: [] }]);
    }
    throw error;
  }
}

class TooDeep extends Error {}
class TooManyErrors extends Error {}

/** Errors of a text, and an end to reading it when there are many: each of them costs far more than a value. */
class YamlErrors {
  readonly faults: SourceFault[] = [];

  add(at: readonly [number, number], kind: string, reason: string): void {
    this.faults.push({ code: 'yaml-syntax', args: { reason, kind }, path: [], at: [at[0], Math.max(at[0], at[1])] });
    if (this.faults.length >= maxProblems) {
      throw new TooManyErrors();
    }
  }

  /** Takes the place of the composer's own list. */
  collectFrom(composer: Composer): Composer {
    const onError = (source: ErrorSource, code: string, message: string, isWarning?: boolean): void => {
      if (isWarning !== true) {
        this.add(placeOf(source), code, message);
      }
    };
    return Object.assign(composer, { onError });
  }
}

type ErrorSource = number | readonly number[] | { readonly offset: number; readonly source?: string };

function placeOf(source: ErrorSource): readonly [number, number] {
  if (typeof source === 'number') {
    return [source, source + 1];
  }
  if ('offset' in source) {
    return [source.offset, source.offset + (source.source ?? ' ').length];
  }
  const [start = 0, end = start] = source;
  return [start, end];
}

function parseTokens(text: string): readonly CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let errors = 0;
  const add = (token: CST.Token): void => {
    tokens.push(token);
    errors += token.type === 'error' ? 1 : 0;
  };
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      add(token);
    }
    // Besides collections there are the document and a scalar on the stack.
    if (parser.stack.length > maxDepth + 2) {
      throw new TooDeep();
    }
    if (errors >= maxProblems) {
      break;
    }
  }
  return [...tokens, ...parser.end()];
}

function secondDocument({ range: [start] }: Document.Parsed<ParsedNode>): SourceFault {
  return { code: 'multiple-documents', args: {}, path: [], at: [start, start] };
}
