import * as path from 'node:path';
import * as vscode from 'vscode';
import * as v from 'valibot';
import { AppError } from '../../core/base/errors';
import type { Clock, Logger } from '../../core/base/ports';
import type { RestoreChoice, RestoreOptions } from '../../node/sqlite/restoreChoices';
import type { Restored } from '../../node/sqlite/restoreStore';
import type { SalvageTools } from '../../node/sqlite/salvage';
import { parseOptions } from '../platform/parseOptions';
import { isFromPerson } from '../sessions/sessionArguments';
import { withoutLinks } from '../sessions/sessionText';
import { confirmRestore, pickRestoreChoice } from './restoreDialogue';
import { revealFile } from './revealFile';

export interface RestoreBackupDeps {
  /** Folder of the store on disk. */
  storeFolder(): string;
  readonly migrationsFolder: string;
  /** Closes the store, runs the task on its folder and opens what lies there then. */
  replaceFile<T>(task: (folder: string) => Promise<T>): Promise<T>;
  /** What is wrong with the store; undefined when nothing is. */
  storeProblem(): unknown;
  readonly clock: Clock;
  readonly logger: Logger;
}

const databaseName = 'sessions.db';
const argumentSchema = v.union([v.string(), v.object({ choice: v.string() })]);

/**
 * Puts a backup, or what is left of a damaged file, in the place of the sessions; the file that is there is set aside.
 * A person chooses and confirms. With an argument nothing is asked: the path of a backup, or `{choice}` with such a
 * path, `"salvage"` or `"empty"`. Returns where the former file is kept; undefined when the person cancels.
 * Rejects with `store/*`; then the files are as they were.
 */
export async function restoreBackup(deps: RestoreBackupDeps, argument?: unknown): Promise<Restored | undefined> {
  const tools = await loadTools(deps);
  const asked = isFromPerson(argument) ? undefined : parseOptions('choice', argumentSchema, argument);
  const wanted = typeof asked === 'object' ? asked.choice : asked;
  if (wanted !== undefined && wanted !== 'salvage' && wanted !== 'empty') {
    return put(deps, tools, wanted);
  }
  const options = await findChoices(deps, tools);
  try {
    const choice = wanted === undefined ? await askForChoice(deps, options) : requireChoice(options, wanted);
    return choice === undefined ? undefined : await put(deps, tools, choice);
  } finally {
    await options.dispose();
  }
}

/** Loaded on first use, as all that comes with the native module. */
async function loadTools({ migrationsFolder, clock, logger }: RestoreBackupDeps): Promise<SalvageTools> {
  const { loadSqlite } = await import('../../node/sqlite/sqliteBinding');
  const { loadMigrations } = await import('../../node/sqlite/migrator');
  return { binding: await loadSqlite(), migrations: await loadMigrations(migrationsFolder), clock, logger };
}

function findChoices(deps: RestoreBackupDeps, tools: SalvageTools): Thenable<RestoreOptions> {
  return withProgress(vscode.l10n.t('Looking for what can be restored…'), async () => {
    const { listRestoreChoices } = await import('../../node/sqlite/restoreChoices');
    return listRestoreChoices(tools, path.join(deps.storeFolder(), databaseName));
  });
}

function requireChoice(options: RestoreOptions, kind: 'salvage' | 'empty'): RestoreChoice {
  const choice = options.choices.find((each) => each.kind === kind);
  if (choice === undefined) {
    throw new AppError('argument/invalid', {
      args: { name: 'choice', reason: vscode.l10n.t('there is nothing to salvage from {0}', options.path) },
    });
  }
  return choice;
}

async function askForChoice({ clock }: RestoreBackupDeps, options: RestoreOptions): Promise<RestoreChoice | undefined> {
  if (options.present === 'sound' && options.choices.every(({ kind }) => kind === 'empty')) {
    throw new AppError('store/no-backup', { args: { path: path.join(path.dirname(options.path), 'backups') } });
  }
  const choice = await pickRestoreChoice(options, clock.now());
  return choice !== undefined && (await confirmRestore(options, choice)) ? choice : undefined;
}

async function put(deps: RestoreBackupDeps, tools: SalvageTools, choice: RestoreChoice | string): Promise<Restored> {
  const problem = deps.storeProblem();
  const restored = await withProgress(vscode.l10n.t('Restoring the sessions…'), () =>
    deps.replaceFile(async (folder) => {
      const { restoreStore } = await import('../../node/sqlite/restoreStore');
      return restoreStore(tools, path.join(folder, databaseName), choice, problem);
    }),
  );
  deps.logger.info(`Restored ${typeof choice === 'string' ? choice : choice.kind}`, restored);
  void tellRestored(restored).catch((error: unknown) => deps.logger.warn('The folder could not be shown', error));
  return restored;
}

async function tellRestored({ quarantine }: Restored): Promise<void> {
  if (quarantine === undefined) {
    await vscode.window.showInformationMessage(vscode.l10n.t('The sessions were restored.'));
    return;
  }
  const show = vscode.l10n.t('Show in File Manager');
  const text = vscode.l10n.t(
    'The sessions were restored. The file that was there before is kept in {0}.',
    withoutLinks(quarantine),
  );
  if ((await vscode.window.showInformationMessage(text, show)) === show) {
    await revealFile(quarantine);
  }
}

function withProgress<T>(title: string, task: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, task);
}
