import * as vscode from 'vscode';
import type { LanguageServerOptions } from '../../core/base/languageServerOptions';

/** The words of the language server, in the language of the window. */
export function languageServerStrings(): LanguageServerOptions['strings'] {
  return {
    'lens.import': vscode.l10n.t('Import as session'),
    'lens.preview': vscode.l10n.t('Preview'),
    'hover.entry': vscode.l10n.t('{number} of {count}'),
    'hover.values': vscode.l10n.t('One of {values}'),
    'fix.recount': vscode.l10n.t('Correct the counts'),
    'fix.add': vscode.l10n.t('Add "{field}"'),
    'fix.replace': vscode.l10n.t('Change to {value}'),
    'fix.frontMatter': vscode.l10n.t('Add name and description'),
  };
}
