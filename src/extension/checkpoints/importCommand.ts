import * as vscode from 'vscode';
import { isAppError, isCancellation } from '../../core/base/errors';
import type { SessionSummary } from '../../core/session/session';
import { textOfError } from '../platform/errorTexts';
import { isFromPerson } from '../sessions/sessionArguments';
import { withoutLinks } from '../sessions/sessionText';
import { exportFolder } from './exportSession';
import { importSession, parseImportOptions, type ImportDeps, type ImportOptions } from './importSession';
import { isFromMenu, uriArguments } from './uriArguments';
import { showProblem } from './validateCheckpoint';

/**
 * Imports the files that the arguments name, else those that the person picks. A person sees first what each would bring
 * and is told what is wrong with one, where the others go on; a caller that passes arguments of its own gets a rejection.
 * Gives a summary for one file and an array for several, without those that were cancelled.
 */
export async function runImport(
  deps: ImportDeps,
  first: unknown,
  second: unknown,
): Promise<SessionSummary | readonly SessionSummary[] | undefined> {
  const isMenu = isFromMenu(second);
  const named = isFromPerson(first) ? [] : uriArguments(first, isMenu ? second : undefined);
  const options = isMenu ? {} : parseImportOptions(second);
  const isAsked = isMenu || named.length === 0 || options.preview === true;
  const uris = named.length > 0 ? named : await askForFiles();
  const imported: SessionSummary[] = [];
  for (const uri of uris) {
    const summary = isAsked ? await importAndTell(deps, uri, options) : await importSession(deps, uri, options);
    if (summary !== undefined) {
      imported.push(summary);
    }
  }
  return uris.length > 1 || Array.isArray(first) ? imported : imported[0];
}

async function askForFiles(): Promise<readonly vscode.Uri[]> {
  const uris = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Session'),
    openLabel: vscode.l10n.t('Import'),
    canSelectMany: true,
    defaultUri: exportFolder(),
    filters: { [vscode.l10n.t('Checkpoints')]: ['yaml', 'yml', 'json'], [vscode.l10n.t('All files')]: ['*'] },
  });
  return uris ?? [];
}

async function importAndTell(
  deps: ImportDeps,
  uri: vscode.Uri,
  options: ImportOptions,
): Promise<SessionSummary | undefined> {
  try {
    return await importSession(deps, uri, { ...options, preview: true });
  } catch (error) {
    if (!isCancellation(error)) {
      deps.logger.error('A checkpoint could not be imported', error);
      await tellFailure(uri, error);
    }
    return undefined;
  }
}

async function tellFailure(uri: vscode.Uri, error: unknown): Promise<void> {
  const show = vscode.l10n.t('Show');
  const text = withoutLinks(textOfError(error));
  if (!isAppError(error, 'checkpoint/invalid')) {
    void vscode.window.showErrorMessage(text);
  } else if ((await vscode.window.showErrorMessage(text, show)) === show) {
    const start = { line: Number(error.args['line']) - 1, character: Number(error.args['column']) - 1 };
    await showProblem(uri, { start, end: start });
  }
}
