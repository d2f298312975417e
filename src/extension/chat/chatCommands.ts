import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { SessionId, TurnId } from '../../core/session/session';
import type { IdGenerator } from '../../core/base/ports';
import type { ChatController } from './chatController';

export interface ChatCommandDeps {
  readonly controller: ChatController;
  readonly ids: IdGenerator;
  readonly diagnostics: () => Promise<string>;
}

export interface SentMessage {
  readonly sessionId: SessionId;
  /** Null while the message waits behind a reply, of this window or another one: it goes when that is over. */
  readonly turnId: TurnId | null;
}

/** Commands on the conversation shown. */
export function createChatCommands({ controller, ids, diagnostics }: ChatCommandDeps) {
  return {
    /**
     * Resolves when the message is on disk, before the answer, or when it is kept to be sent after the reply that runs,
     * as one from the composer is.
     */
    'rejoin.sendMessage': async (text?: unknown): Promise<SentMessage | undefined> => {
      const message =
        text ?? (await vscode.window.showInputBox({ prompt: vscode.l10n.t('Message to the session shown') }));
      if (message === undefined) {
        return undefined;
      }
      if (typeof message !== 'string' || message.trim() === '') {
        throw new AppError('argument/invalid', {
          args: { name: 'text', reason: 'a text with at least one visible character is expected' },
        });
      }
      const { id: sessionId } = await controller.conversation();
      const { turnId } = await controller.queue.submit(sessionId, { text: message, clientMessageId: ids.next() });
      return { sessionId, turnId };
    },

    /** Resolves when what had arrived is stored. Does nothing when no reply is running. */
    'rejoin.stop': (): Promise<void> => controller.stop(),

    'rejoin.focusChat': (): Promise<void> => controller.focus(),

    'rejoin.copyDiagnostics': async (): Promise<string> => {
      const text = await diagnostics();
      await vscode.env.clipboard.writeText(text);
      vscode.window.setStatusBarMessage(vscode.l10n.t('Rejoin: diagnostics copied'), 3000);
      return text;
    },
  };
}
