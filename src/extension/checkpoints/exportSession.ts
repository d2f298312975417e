import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Clock, Logger } from '../../core/base/ports';
import type { Checkpoint1Warning } from '../../core/checkpoint/checkpointV1';
import type { SessionId } from '../../core/session/session';
import type { SessionRecord } from '../../core/session/sessionRecord';
import { withoutLinks } from '../sessions/sessionText';
import { placeOf, writeText } from './checkpointFile';
import { checkpointFileName } from './checkpointFileName';
import type { CheckpointSessions } from './checkpointSessions';
import { askForFormat, askForRedaction } from './exportDialogue';
import { formatForName, formatOfName } from './exportFormat';
import { parseExportOptions, toRedaction, type ExportChoice } from './exportOptions';
import { problemText } from './problemTexts';
import { countRedactions, renderSession } from './renderSession';
import { uriArgument } from './uriArguments';

export interface ExportDeps {
  sessions(): Promise<CheckpointSessions>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes a session to a file and returns where. What is not given is asked: the format unless the name of the file
 * tells it, and without a name also what to take out and where to save it. Undefined when the person cancels.
 * Rejects with `session/not-found`, `argument/invalid` and `file/*`; then nothing was written.
 */
export async function exportSession(
  deps: ExportDeps,
  id: SessionId,
  uri: unknown,
  options: unknown,
): Promise<vscode.Uri | undefined> {
  const given = parseExportOptions(options);
  const target = uriArgument(uri);
  const record = await (await deps.sessions()).readRecord(id);
  const { context = false, metadata = true } = given;
  if (target !== undefined) {
    const format = given.format ?? formatOfName(target.path);
    await writeSession(deps, record, { format, redaction: toRedaction(given.redact), context, metadata }, target);
    return target;
  }
  const title = vscode.l10n.t('Export Session');
  const format = given.format ?? (await askForFormat(title));
  if (format === undefined) {
    return undefined;
  }
  const redaction =
    given.redact === undefined ? await askForRedaction(title, countRedactions(record)) : toRedaction(given.redact);
  return redaction === undefined ? undefined : saveSession(deps, record, { format, redaction, context, metadata });
}

async function saveSession(
  deps: ExportDeps,
  record: SessionRecord,
  choice: ExportChoice,
): Promise<vscode.Uri | undefined> {
  const { title } = renderSession(record, choice, deps.clock.now());
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Session'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(exportFolder(), checkpointFileName(title, choice.format, deps.clock.now())),
  });
  if (target === undefined) {
    return undefined;
  }
  await writeSession(deps, record, { ...choice, format: formatForName(target.path, choice.format) }, target);
  offerToOpen(deps, target);
  return target;
}

async function writeSession(
  deps: ExportDeps,
  record: SessionRecord,
  choice: ExportChoice,
  target: vscode.Uri,
): Promise<void> {
  const { text, warnings } = renderSession(record, choice, deps.clock.now());
  await writeText(target, text);
  warnOfImport(target, warnings);
}

/** Says why what was written cannot be imported again. */
function warnOfImport(target: vscode.Uri, warnings: readonly Checkpoint1Warning[]): void {
  if (warnings.length > 0) {
    const reasons = warnings.map((code) => problemText({ code, args: {} })).join(' ');
    void vscode.window.showWarningMessage(
      vscode.l10n.t('{0} is written, but Atmos cannot import it: {1}', path.posix.basename(target.path), reasons),
    );
  }
}

/** Where a person would look for the file: the folder that is open, else the home folder. */
export function exportFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}

function offerToOpen(deps: ExportDeps, target: vscode.Uri): void {
  const open = vscode.l10n.t('Open File');
  const text = vscode.l10n.t('Exported to {0}.', withoutLinks(placeOf(target)));
  Promise.resolve(vscode.window.showInformationMessage(text, open)).then(
    (choice) => (choice === open ? vscode.window.showTextDocument(target) : undefined),
    (error: unknown) => deps.logger.error('The exported file could not be opened', error),
  );
}
