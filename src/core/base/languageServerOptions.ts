/** Names of the words that the language server shows; some have `{name}` places. */
export const languageServerStringKeys = [
  'lens.import',
  'lens.preview',
  /** `{number}` of `{count}` events or messages. */
  'hover.entry',
  /** The `{values}` that a field takes. */
  'hover.values',
  /** Corrects all counts. */
  'fix.recount',
  /** Adds the `{field}`. */
  'fix.add',
  /** Writes `{value}` in place of what is there. */
  'fix.replace',
  'fix.frontMatter',
] as const;

export type LanguageServerStringKey = (typeof languageServerStringKeys)[number];

/** What the host tells the language server when it starts it; the host knows the language of the window. */
export interface LanguageServerOptions {
  /** Templates of the words of problems, by code. */
  readonly problemTexts: Readonly<Record<string, string>>;
  readonly strings: Readonly<Record<LanguageServerStringKey, string>>;
  /** The editor itself explains and offers the fields of JSON files, by their schema: twice would be once too often. */
  readonly knowsJsonSchema: boolean;
}
