import * as vscode from 'vscode';
import { isCancellation } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { SessionId, SessionSummary } from '../../core/session/session';
import { textOfError } from '../platform/errorTexts';
import { askForNewSession, type NewSessionFormDeps } from '../sessions/newSessionForm';
import { parseNewSessionOptions, type NewSessionOptionsDeps } from '../sessions/newSessionOptions';
import { isFromPerson } from '../sessions/sessionArguments';
import { withoutLinks } from '../sessions/sessionText';
import type { ChatController } from './chatController';

export interface NewSessionCommandDeps {
  readonly controller: ChatController;
  readonly form: NewSessionFormDeps;
  readonly options: NewSessionOptionsDeps;
  readonly logger: Logger;
}

/**
 * `rejoin.newSession({title?, provider?, model?, skill?})`. A caller that says what it wants gets just that. A person gets
 * a fresh session at once, and over it the questions: whoever clicks into the chat instead has answered them.
 */
export function createNewSessionCommand({ controller, form, options, logger }: NewSessionCommandDeps) {
  const offerForm = async (id: SessionId): Promise<void> => {
    try {
      const choices = await askForNewSession(form);
      if (choices !== undefined && controller.currentId === id) {
        await controller.choices.configure(choices);
        await controller.focus();
      }
    } catch (error) {
      if (!isCancellation(error)) {
        logger.error('A new session was not set up as chosen', error);
        void vscode.window.showErrorMessage(withoutLinks(textOfError(error)));
      }
    }
  };
  return {
    'rejoin.newSession': async (argument?: unknown): Promise<SessionSummary> => {
      if (!isFromPerson(argument)) {
        const choices = await parseNewSessionOptions(argument, options);
        await controller.newSession();
        return controller.choices.configure(choices);
      }
      // The questions close when the keyboard goes elsewhere.
      const summary = await controller.newSession({ preserveFocus: true });
      void offerForm(summary.id);
      return summary;
    },
  };
}
