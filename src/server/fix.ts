import type { TextEdit } from 'vscode-languageserver';
import type { LanguageServerStringKey } from '../core/base/languageServerOptions';

/** A way to mend a problem: the key of its words with their arguments, and what is written. */
export interface Fix {
  readonly title: Extract<LanguageServerStringKey, `fix.${string}`>;
  readonly args?: Readonly<Record<string, string>>;
  readonly edits: readonly TextEdit[];
}
