import { l10n } from 'vscode';
import { defaultViewStrings, type ViewStringKey, type ViewStrings } from '../../protocol/viewStrings';

/** The view's texts in the language of the window. */
export function viewStrings(): ViewStrings {
  return Object.fromEntries(Object.entries(defaultViewStrings).map(([key, text]) => [key, l10n.t(text)])) as Record<
    ViewStringKey,
    string
  >;
}
