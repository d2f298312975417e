import type { CodeLens } from 'vscode-languageserver';
import type { LanguageServerOptions } from '../core/base/languageServerOptions';
import type { ServedFile } from './servedFile';

/** What can be done with a checkpoint as a whole, at its top. */
export function codeLensesOf({ kind, uri }: ServedFile, strings: LanguageServerOptions['strings']): CodeLens[] {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  return kind === 'skill'
    ? []
    : [
        {
          range,
          command: {
            title: strings['lens.import'],
            command: 'rejoin.importSession',
            arguments: [uri, { preview: true }],
          },
        },
        { range, command: { title: strings['lens.preview'], command: 'rejoin.previewCheckpoint', arguments: [uri] } },
      ];
}
