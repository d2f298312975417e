import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { isCancellation } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import { textOfError } from '../platform/errorTexts';
import { isFromPerson } from '../sessions/sessionArguments';
import { withoutLinks } from '../sessions/sessionText';

export const commandIds = [
  'rejoin.newSession',
  'rejoin.openSession',
  'rejoin.renameSession',
  'rejoin.archiveSession',
  'rejoin.unarchiveSession',
  'rejoin.pinSession',
  'rejoin.unpinSession',
  'rejoin.deleteSession',
  'rejoin.restoreSession',
  'rejoin.deleteForever',
  'rejoin.emptyTrash',
  'rejoin.cleanSessions',
  'rejoin.showStorage',
  'rejoin.backupNow',
  'rejoin.restoreBackup',
  'rejoin.exportSession',
  'rejoin.exportAllSessions',
  'rejoin.importSession',
  'rejoin.validateCheckpoint',
  'rejoin.previewCheckpoint',
  'rejoin.restartLanguageServer',
  'rejoin.compactSession',
  'rejoin.undoCompaction',
  'rejoin.attachContext',
  'rejoin.addSelectionToChat',
  'rejoin.selectSkill',
  'rejoin.newSkill',
  'rejoin.sendMessage',
  'rejoin.stop',
  'rejoin.selectModel',
  'rejoin.addProvider',
  'rejoin.removeProvider',
  'rejoin.copyDiagnostics',
  'rejoin.focusChat',
  'rejoin.listSessions',
] as const;

export type CommandId = (typeof commandIds)[number];
export type CommandHandler = (...args: never[]) => Promise<unknown>;
export type CommandHandlers = Readonly<Record<CommandId, CommandHandler>>;

/**
 * Registers every command behind one error border: cancelling is silent and returns undefined; any other failure is
 * logged and then told once: as words to a person, as a rejection to a caller that passed arguments of its own.
 */
export function registerCommands(handlers: CommandHandlers, logger: Logger): Disposable {
  const store = new DisposableStore();
  for (const id of commandIds) {
    store.add(vscode.commands.registerCommand(id, (...args: unknown[]) => run(id, handlers[id], args, logger)));
  }
  return store;
}

async function run(id: CommandId, handler: CommandHandler, args: readonly unknown[], logger: Logger): Promise<unknown> {
  try {
    return await (handler as (...values: readonly unknown[]) => Promise<unknown>)(...args);
  } catch (error) {
    if (isCancellation(error)) {
      return undefined;
    }
    logger.error(`${id} failed`, error);
    const text = textOfError(error);
    if (!isFromPerson(args[0])) {
      throw new Error(text, { cause: error });
    }
    // The text may name files and titles, which are not ours.
    void vscode.window.showErrorMessage(withoutLinks(text));
    return undefined;
  }
}
