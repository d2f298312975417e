import * as path from 'node:path';
import * as vscode from 'vscode';
import type { CheckpointLoss, CheckpointSummary } from '../../core/checkpoint/checkpointSummary';
import type { CheckpointProblem } from '../../core/checkpoint/checkpoint';
import type { ModelRef, WorkspaceKey } from '../../core/session/session';
import { formatDateTime } from '../sessions/relativeTime';
import { plainPath, plainTitle } from '../sessions/sessionText';
import { titleOf } from '../sessions/sessionTreeItem';
import type { ImportConflict } from './importPlan';
import { placedProblemText } from './problemTexts';

export type ConflictChoice = 'keepBoth' | 'replace' | 'cancel';
export type ImportChoice = Exclude<ConflictChoice, 'cancel'> | 'import' | 'showFile';

/** What a person is told before an import. */
export interface ImportFacts {
  readonly uri: vscode.Uri;
  readonly summary: CheckpointSummary;
  readonly problems: readonly CheckpointProblem[];
  /** Name that it gets, without the number that it may need. */
  readonly title: string;
  readonly key: WorkspaceKey;
  /** Asks how to go on beside that session. */
  readonly conflict?: ImportConflict;
}

/** Problems that a dialogue has room for. */
const shownProblems = 3;

/** Shows what an import would bring and asks how to go on. Undefined when the person cancels. */
export async function askToImport(facts: ImportFacts): Promise<ImportChoice | undefined> {
  const show = { title: vscode.l10n.t('Show File'), choice: 'showFile' as const };
  const items: readonly (vscode.MessageItem & { readonly choice: ImportChoice })[] =
    facts.conflict === undefined
      ? [{ title: vscode.l10n.t('Import'), choice: 'import' }, show]
      : [
          { title: vscode.l10n.t('Keep Both'), choice: 'keepBoth' },
          { title: vscode.l10n.t('Replace'), choice: 'replace' },
          show,
        ];
  const message = vscode.l10n.t('Import “{0}”?', titleOf(facts));
  const options = { modal: true, detail: factLines(facts).join('\n') };
  return (await vscode.window.showInformationMessage(message, options, ...items))?.choice;
}

function factLines({ uri, summary, problems, key, conflict }: ImportFacts): readonly string[] {
  const { user, assistant, system } = summary.messages;
  return [
    ...(conflict === undefined ? [] : [conflictText(conflict), '']),
    vscode.l10n.t('File: {0}', plainPath(path.posix.basename(uri.path))),
    vscode.l10n.t('Messages: {0} from you, {1} from the model', user, assistant),
    ...(summary.models.length === 0 ? [] : [vscode.l10n.t('Models: {0}', summary.models.map(modelText).join(', '))]),
    ...timeLines(summary),
    ...(summary.branches > 1 ? [vscode.l10n.t('Branches: {0}', summary.branches)] : []),
    ...(summary.compactions > 0 ? [vscode.l10n.t('Summaries: {0}', summary.compactions)] : []),
    vscode.l10n.t('Goes to: {0}', key.directory === null ? vscode.l10n.t('no folder') : plainPath(key.directory)),
    ...(system === 0
      ? []
      : [vscode.l10n.t('Hidden notes to the model: {0}. Look at them in the file unless you trust it.', system)]),
    ...(summary.losses.length === 0
      ? []
      : [vscode.l10n.t('Not imported: {0}', summary.losses.map(lossText).join(', '))]),
    ...problemLines(problems),
  ];
}

function conflictText({ session, isSame }: ImportConflict): string {
  return isSame
    ? vscode.l10n.t(
        'This session is here already, as “{0}”, and differs from the file. Replace moves it to the trash.',
        titleOf(session),
      )
    : vscode.l10n.t('There is another session “{0}” in this folder. Replace moves it to the trash.', titleOf(session));
}

function modelText({ provider, model }: ModelRef): string {
  return plainTitle(`${model} (${provider})`, '');
}

function timeLines({ firstAt, lastAt }: CheckpointSummary): readonly string[] {
  if (firstAt === null || lastAt === null) {
    return [];
  }
  const { language } = vscode.env;
  return [vscode.l10n.t('Time: {0} – {1}', formatDateTime(firstAt, language), formatDateTime(lastAt, language))];
}

function lossText(loss: CheckpointLoss): string {
  switch (loss) {
    case 'unknown-fields':
      return vscode.l10n.t('fields that this version does not know');
    case 'export-details':
      return vscode.l10n.t('when and by whom it was written, and where');
    case 'statistics':
      return vscode.l10n.t('counts of tokens and tool calls');
  }
}

function problemLines(problems: readonly CheckpointProblem[]): readonly string[] {
  if (problems.length === 0) {
    return [];
  }
  const rest = problems.length - shownProblems;
  return [
    '',
    ...problems.slice(0, shownProblems).map(placedProblemText),
    ...(rest > 0 ? [vscode.l10n.t('… and {0} more warnings', rest)] : []),
  ];
}
