import * as vscode from 'vscode';
import type { RedactionCounts, RedactionKind } from '../../core/checkpoint/checkpointRedaction';
import type { ExportFormat } from './exportFormat';
import { redactionKinds, type Redaction } from './exportOptions';

/** Asks what to write. Undefined when the person cancels. */
export async function askForFormat(title: string): Promise<ExportFormat | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly format: ExportFormat })[] = [
    {
      label: vscode.l10n.t('Checkpoint (YAML)'),
      description: '.rejoin.yaml',
      detail: vscode.l10n.t('All of the session, to read, to edit and to import again'),
      format: 'yaml',
    },
    {
      label: vscode.l10n.t('Checkpoint (JSON)'),
      description: '.rejoin.json',
      detail: vscode.l10n.t('All of the session, for programs and to import again'),
      format: 'json',
    },
    {
      label: vscode.l10n.t('Markdown'),
      description: '.md',
      detail: vscode.l10n.t('The conversation shown, to read and to share; it cannot be imported'),
      format: 'markdown',
    },
    {
      label: vscode.l10n.t('Atmos 1.0 (YAML)'),
      description: '.yaml',
      detail: vscode.l10n.t('Messages of the conversation shown, for Atmos'),
      format: 'atmos-yaml',
    },
    {
      label: vscode.l10n.t('Atmos 1.0 (JSON)'),
      description: '.json',
      detail: vscode.l10n.t('Messages of the conversation shown, for Atmos'),
      format: 'atmos-json',
    },
  ];
  const placeHolder = vscode.l10n.t('Write it as');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.format;
}

/**
 * Asks what to take out, with the number of places where that is known. Secrets that were found come with their check
 * mark set. Undefined when the person cancels.
 */
export async function askForRedaction(title: string, counts?: RedactionCounts): Promise<Redaction | undefined> {
  const items = redactionKinds.map((kind) => ({
    ...textOf(kind),
    description: counts === undefined ? '' : placesText(counts[kind]),
    picked: kind === 'secrets' && counts?.secrets !== 0,
    redacts: kind,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Take out what others should not see, or nothing'),
    canPickMany: true,
  });
  if (chosen === undefined) {
    return undefined;
  }
  const isChosen = (kind: RedactionKind): boolean => chosen.some((item) => item.redacts === kind);
  return { userName: isChosen('userName'), paths: isChosen('paths'), secrets: isChosen('secrets') };
}

function textOf(kind: RedactionKind): { readonly label: string; readonly detail: string } {
  switch (kind) {
    case 'userName':
      return { label: vscode.l10n.t('User name'), detail: vscode.l10n.t('Your name on this machine') };
    case 'paths':
      return {
        label: vscode.l10n.t('Absolute paths'),
        detail: vscode.l10n.t('Where your folders are on this machine'),
      };
    case 'secrets':
      return {
        label: vscode.l10n.t('Secrets'),
        detail: vscode.l10n.t('What looks like a key, a token or a password; look through the file all the same'),
      };
  }
}

function placesText(count: number): string {
  switch (count) {
    case 0:
      return vscode.l10n.t('none found');
    case 1:
      return vscode.l10n.t('1 place');
    default:
      return vscode.l10n.t('{0} places', count);
  }
}
