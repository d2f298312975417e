import type {
  CodeAction,
  CodeActionParams,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentSymbol,
  FoldingRange,
  Hover,
  TextDocumentPositionParams,
} from 'vscode-languageserver';
import type { LanguageServerOptions } from '../core/base/languageServerOptions';
import { codeActionsFor } from './codeActions';
import { codeLensesOf } from './codeLens';
import { completionsAt } from './completion';
import { diagnosticsOf } from './diagnostics';
import { documentSymbolsOf } from './documentSymbols';
import { foldingRangesOf } from './foldingRanges';
import { hoverAt } from './hover';
import type { ServedFile } from './servedFile';

/** What the editor said of itself when it started the server. Plain data: it goes to other threads too. */
export interface FeatureContext {
  readonly options: LanguageServerOptions;
  readonly locale: string;
  readonly foldingLimit: number | undefined;
}

/** What can be asked of a file, with what a request says besides the file. */
export interface Features {
  diagnostics: { params: object; result: Diagnostic[] };
  documentSymbols: { params: object; result: DocumentSymbol[] };
  hover: { params: Pick<TextDocumentPositionParams, 'position'>; result: Hover | null };
  completion: { params: Pick<TextDocumentPositionParams, 'position'>; result: CompletionItem[] };
  foldingRanges: { params: object; result: FoldingRange[] | null };
  codeActions: { params: Pick<CodeActionParams, 'range' | 'context'>; result: CodeAction[] };
  codeLenses: { params: object; result: CodeLens[] };
}

export type FeatureName = keyof Features;

/** A version of a document that was read, wherever that was. */
export interface FileAnswers {
  /** Rejects when the file is gone, because a newer version took its place. */
  ask<Name extends FeatureName>(name: Name, params: Features[Name]['params']): Promise<Features[Name]['result']>;
}

type Table = {
  readonly [Name in FeatureName]: (
    file: ServedFile,
    params: Features[Name]['params'],
    context: FeatureContext,
  ) => Features[Name]['result'];
};

const table: Table = {
  diagnostics: (file, _, { options }) => diagnosticsOf(file, options.problemTexts),
  documentSymbols: documentSymbolsOf,
  hover: (file, { position }, { options, locale }) => hoverAt(file, position, { ...options, locale }),
  completion: (file, { position }, { options }) => completionsAt(file, position, options),
  foldingRanges: (file, _, { foldingLimit }) => foldingRangesOf(file, foldingLimit),
  codeActions: (file, { range, context }, { options }) =>
    codeActionsFor(file, range, context.diagnostics, options.strings),
  codeLenses: (file, _, { options }) => codeLensesOf(file, options.strings),
};

export function runFeature<Name extends FeatureName>(
  name: Name,
  file: ServedFile,
  params: Features[Name]['params'],
  context: FeatureContext,
): Features[Name]['result'] {
  return table[name](file, params, context);
}
