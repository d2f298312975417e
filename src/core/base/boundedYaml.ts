import { Composer, Lexer, Parser, type CST, type Document, type ParsedNode } from 'yaml';

export interface BoundedYaml {
  /** Undefined where the text nests too deeply: then nothing of it was read. */
  readonly document: Document.Parsed<ParsedNode> | undefined;
  /** The text holds more than one document; only the first is read. */
  readonly hasMore: boolean;
}

/**
 * Reads YAML without following it deeper than `maxDepth` collections.
 * What makes values of tokens recurses with every level, and a stack that runs out inside a regular expression ends the
 * whole process instead of throwing.
 */
export function parseBoundedYaml(text: string, maxDepth: number): BoundedYaml {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    // Besides collections there are the document and a scalar on the stack.
    if (parser.stack.length > maxDepth + 2) {
      return { document: undefined, hasMore: false };
    }
  }
  tokens.push(...parser.end());
  const composer = new Composer({ prettyErrors: false, logLevel: 'error' });
  const [document, ...more] = composer.compose(tokens, true, text.length);
  return { document, hasMore: more.length > 0 };
}
