import * as vscode from 'vscode';
import type { Session, SessionId, WorkspaceKey } from '../../core/session/session';
import { toFileError } from '../../node/files/fileErrors';
import { textOfError } from '../platform/errorTexts';
import { readAllSessions } from '../sessions/listSessions';
import { withoutLinks } from '../sessions/sessionText';
import { titleOf } from '../sessions/sessionTreeItem';
import { askForScope } from '../storage/cleanDialogue';
import { placeOf, writeText } from './checkpointFile';
import { checkpointFileName, comparable, freeName } from './checkpointFileName';
import { askForFormat, askForRedaction } from './exportDialogue';
import { parseExportAllOptions, toRedaction, type ExportAllOptions, type ExportChoice } from './exportOptions';
import { exportFolder, type ExportDeps } from './exportSession';
import { renderSession } from './renderSession';
import { uriArgument } from './uriArguments';

export interface ExportAllDeps extends ExportDeps {
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
}

export interface FailedExport {
  readonly id: SessionId;
  readonly title: string;
  /** Ready to show. */
  readonly reason: string;
}

/** Result of `rejoin.exportAllSessions`; after a cancellation what was done until then. */
export interface ExportAllResult {
  readonly exported: readonly { readonly id: SessionId; readonly uri: vscode.Uri }[];
  readonly failed: readonly FailedExport[];
}

interface ExportAllChoice extends ExportChoice {
  readonly scope: 'workspace' | 'all';
  readonly folder: vscode.Uri;
}

/**
 * Writes sessions into a folder, each to a file of its own, never over one that is there. The sessions are those given,
 * else all of the scope but the trash. One that fails does not keep the others. A caller that names the folder is asked
 * nothing; undefined when a person cancels before it starts. Rejects with `argument/invalid` and for a folder that
 * cannot be read.
 */
export async function exportAllSessions(
  deps: ExportAllDeps,
  folder: unknown,
  options: unknown,
  ids?: readonly SessionId[],
): Promise<ExportAllResult | undefined> {
  const given = parseExportAllOptions(options);
  const target = uriArgument(folder);
  const { context = false, metadata = true, format = 'yaml', scope = 'workspace' } = given;
  const choice =
    target === undefined
      ? await askForChoice(ids === undefined ? given : { ...given, scope: 'all' })
      : { folder: target, format, scope, redaction: toRedaction(given.redact), context, metadata };
  if (choice === undefined) {
    return undefined;
  }
  const result = await exportInto(deps, await findSessions(deps, choice.scope, ids), choice);
  if (target === undefined) {
    tellResult(deps, result, choice.folder);
  }
  return result;
}

/** Asks for what was not given. Undefined when the person cancels. */
async function askForChoice(given: ExportAllOptions): Promise<ExportAllChoice | undefined> {
  const title = vscode.l10n.t('Export Sessions');
  const format = given.format ?? (await askForFormat(title));
  const scope = format === undefined ? undefined : (given.scope ?? (await askForScope(title)));
  if (format === undefined || scope === undefined) {
    return undefined;
  }
  const redaction = given.redact === undefined ? await askForRedaction(title) : toRedaction(given.redact);
  const folder = redaction === undefined ? undefined : await askForFolder(title);
  const { context = false, metadata = true } = given;
  return redaction === undefined || folder === undefined
    ? undefined
    : { format, scope, redaction, folder, context, metadata };
}

async function findSessions(
  deps: ExportAllDeps,
  scope: 'workspace' | 'all',
  ids: readonly SessionId[] | undefined,
): Promise<readonly Session[]> {
  const sessions = await readAllSessions(await deps.sessions(), {
    states: ['active', 'archived'],
    ...(scope === 'all' ? {} : { keys: await deps.workspaceKeys() }),
  });
  return ids === undefined ? sessions : sessions.filter((session) => ids.includes(session.id));
}

async function askForFolder(title: string): Promise<vscode.Uri | undefined> {
  const folders = await vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Export Here'),
    canSelectFolders: true,
    canSelectFiles: false,
    defaultUri: exportFolder(),
  });
  return folders?.[0];
}

function exportInto(
  deps: ExportAllDeps,
  sessions: readonly Session[],
  choice: ExportAllChoice,
): Thenable<ExportAllResult> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Exporting sessions'),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const taken = await namesIn(choice.folder);
    const exported: { readonly id: SessionId; readonly uri: vscode.Uri }[] = [];
    const failed: FailedExport[] = [];
    for (const [index, session] of sessions.entries()) {
      if (token.isCancellationRequested) {
        break;
      }
      progress.report({
        message: vscode.l10n.t('{0} of {1}', index + 1, sessions.length),
        increment: 100 / sessions.length,
      });
      try {
        exported.push({ id: session.id, uri: await exportOne(deps, session.id, choice, taken) });
      } catch (error) {
        deps.logger.error(`Session ${session.id} could not be exported`, error);
        failed.push({ id: session.id, title: titleOf(session), reason: textOfError(error) });
      }
    }
    return { exported, failed };
  });
}

async function exportOne(
  deps: ExportAllDeps,
  id: SessionId,
  choice: ExportAllChoice,
  taken: Set<string>,
): Promise<vscode.Uri> {
  const now = deps.clock.now();
  const { title, text } = renderSession(await (await deps.sessions()).readRecord(id), choice, now);
  const name = freeName(checkpointFileName(title, choice.format, now), choice.format, taken);
  const uri = vscode.Uri.joinPath(choice.folder, name);
  await writeText(uri, text);
  taken.add(comparable(name));
  return uri;
}

async function namesIn(folder: vscode.Uri): Promise<Set<string>> {
  try {
    return new Set((await vscode.workspace.fs.readDirectory(folder)).map(([name]) => comparable(name)));
  } catch (error) {
    throw toFileError(error, placeOf(folder));
  }
}

function tellResult(deps: ExportAllDeps, { exported, failed }: ExportAllResult, folder: vscode.Uri): void {
  const place = withoutLinks(placeOf(folder));
  if (failed.length > 0) {
    const reasons = failed.map(({ title, reason }) => `“${withoutLinks(title)}”: ${reason}`).join(' ');
    void vscode.window.showWarningMessage(
      vscode.l10n.t('Exported {0} sessions to {1}. {2} failed: {3}', exported.length, place, failed.length, reasons),
    );
    return;
  }
  const show = vscode.l10n.t('Show Folder');
  const text =
    exported.length === 1
      ? vscode.l10n.t('Exported 1 session to {0}.', place)
      : vscode.l10n.t('Exported {0} sessions to {1}.', exported.length, place);
  Promise.resolve(vscode.window.showInformationMessage(text, show)).then(
    (choice) => (choice === show ? vscode.commands.executeCommand('revealFileInOS', folder) : undefined),
    (error: unknown) => deps.logger.error('The folder could not be shown', error),
  );
}
