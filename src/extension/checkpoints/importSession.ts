import * as v from 'valibot';
import * as vscode from 'vscode';
import { isAppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import { withFreshIds } from '../../core/checkpoint/checkpointMapper';
import { toSummary, type Session, type SessionId, type SessionSummary } from '../../core/session/session';
import type { SessionRecord } from '../../core/session/sessionRecord';
import { requireTitle } from '../../core/session/sessionTitle';
import { parseOptions } from '../platform/parseOptions';
import { withoutLinks } from '../sessions/sessionText';
import { titleOf } from '../sessions/sessionTreeItem';
import { readSession, type ReadingDeps, type ReadSession } from './checkpointReader';
import type { CheckpointSessions } from './checkpointSessions';
import { askToImport, type ConflictChoice, type ImportChoice } from './importDialogue';
import { planImport, type ImportPlan, type ImportPlanDeps } from './importPlan';

const optionsSchema = v.object({
  /** Title of the session, in place of the one in the file. */
  name: v.optional(v.string()),
  /** What to do when it is here already or its name is taken; asked when missing. */
  onConflict: v.optional(v.picklist(['keepBoth', 'replace', 'cancel'])),
  /** Shows what it would bring first, as it does for a person. */
  preview: v.optional(v.boolean()),
});

/** Options of `rejoin.importSession`. */
export type ImportOptions = v.InferInput<typeof optionsSchema>;

export interface ImportDeps extends ImportPlanDeps, ReadingDeps {
  sessions(): Promise<CheckpointSessions>;
  /** Shows a session in the chat. */
  showSession(id: SessionId): Promise<void>;
  readonly logger: Logger;
}

export function parseImportOptions(value: unknown): v.InferOutput<typeof optionsSchema> {
  return parseOptions('options', optionsSchema, value ?? {});
}

/**
 * Reads a checkpoint, shows a person what it would bring, and stores it as a session: all of it or nothing. A file that
 * is here already gives the session that it is. Undefined when the person cancels, or for `onConflict: "cancel"`.
 * Rejects with `file/*`, `checkpoint/invalid`, `session/invalid-title` and `cancelled`; then nothing was written.
 */
export async function importSession(
  deps: ImportDeps,
  uri: vscode.Uri,
  options: ImportOptions = {},
): Promise<SessionSummary | undefined> {
  const name = options.name === undefined ? undefined : requireTitle(options.name);
  const read = await readSession(deps, uri);
  const sessions = await deps.sessions();
  const plan = await planImport(deps, sessions, read, name);
  if (plan.imported !== undefined && options.onConflict === undefined) {
    tellImported(deps, uri, plan.imported, options);
    return toSummary(plan.imported);
  }
  const choice = await chooseHow(uri, read, plan, options);
  if (choice === 'showFile') {
    await vscode.window.showTextDocument(uri);
  }
  if (choice === undefined || choice === 'showFile' || choice === 'cancel') {
    return undefined;
  }
  const replaces = choice === 'replace' ? plan.conflict?.session.id : undefined;
  const session = await store(deps, sessions, plan.record, replaces);
  if (options.preview === true) {
    await deps.showSession(session.id);
  }
  return toSummary(session);
}

async function chooseHow(
  uri: vscode.Uri,
  { summary, problems }: ReadSession,
  { record, conflict }: ImportPlan,
  { onConflict, preview }: ImportOptions,
): Promise<ImportChoice | ConflictChoice | undefined> {
  const decided = conflict === undefined ? 'import' : onConflict;
  if (preview !== true && decided !== undefined) {
    return decided;
  }
  const { title, directory, gitRoot } = record.session;
  const chosen = await askToImport({
    uri,
    summary,
    problems,
    title,
    key: { directory, gitRoot },
    ...(conflict === undefined || onConflict !== undefined ? {} : { conflict }),
  });
  return chosen === 'import' ? decided : chosen;
}

async function store(
  deps: ImportDeps,
  sessions: CheckpointSessions,
  record: SessionRecord,
  replaces: SessionId | undefined,
): Promise<Session> {
  const options = replaces === undefined ? {} : { replaces };
  try {
    return await sessions.importRecord(record, options);
  } catch (error) {
    if (!isAppError(error, 'argument/invalid')) {
      throw error;
    }
    // Another session has one of its events: the file was made from a copy.
    return sessions.importRecord(withFreshIds(record, deps.ids), options);
  }
}

/** Tells a person that a file brings nothing new, and offers to look at it or to have it twice all the same. */
function tellImported(deps: ImportDeps, uri: vscode.Uri, session: Session, options: ImportOptions): void {
  if (options.preview !== true) {
    return;
  }
  const open = vscode.l10n.t('Open Session');
  const copy = vscode.l10n.t('Import a Copy');
  const text = vscode.l10n.t('This file is imported already, as “{0}”.', withoutLinks(titleOf(session)));
  Promise.resolve(vscode.window.showInformationMessage(text, open, copy))
    .then(async (choice) => {
      if (choice === open) {
        await deps.showSession(session.id);
      } else if (choice === copy) {
        await importSession(deps, uri, { ...options, onConflict: 'keepBoth' });
      }
    })
    .catch((error: unknown) => deps.logger.error('The imported session could not be shown', error));
}
