import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { EventId, SessionId } from '../../core/session/session';
import type { CompactionPreview } from '../../core/turn/compactionView';
import type { Compactor } from '../../core/turn/compactor';
import { isFromPerson } from '../sessions/sessionArguments';
import { sessionIdOf } from '../sessions/sessionNode';

export interface CompactionCommandDeps {
  readonly compactor: Pick<Compactor, 'preview' | 'compact' | 'undo'>;
  currentSessionId(): SessionId | null;
}

/** Commands that summarise the older messages of a session in what is sent, and take that back. */
export function createCompactionCommands({ compactor, ...deps }: CompactionCommandDeps) {
  const sessionOf = (target: unknown): SessionId => {
    const id = target == null ? deps.currentSessionId() : sessionIdOf(target);
    if (id == null) {
      throw new AppError('session/none-shown');
    }
    return id;
  };
  return {
    /**
     * A person is shown first what would happen. Resolves with the id of the event that was stored; null while an
     * answer runs, behind which it is stored then; undefined when the person cancels. Rejects with
     * `compaction/nothing-older` and `session/busy`.
     */
    'rejoin.compactSession': async (target?: unknown): Promise<EventId | null | undefined> => {
      const id = sessionOf(target);
      if (!isFromPerson(target)) {
        return compactor.compact(id);
      }
      const preview = await compactor.preview(id);
      // Without anything to summarise the attempt says why.
      return preview === undefined || (await confirm(preview)) ? compactor.compact(id) : undefined;
    },

    /** Takes the newest summary back that is in force. Rejects with `compaction/nothing-to-undo`. */
    'rejoin.undoCompaction': async (target?: unknown): Promise<void> => compactor.undo(sessionOf(target)),
  };
}

async function confirm({ messages, keptMessages, tokens }: CompactionPreview): Promise<boolean> {
  const action = vscode.l10n.t('Summarise');
  const message = vscode.l10n.t('Summarise the oldest {0} messages for the model?', messages);
  const detail = vscode.l10n.t(
    'They take about {0} tokens of each request. A summary takes their place in what is sent; the newest {1} messages go as they are. Nothing is removed from the session, and Undo sends the messages themselves again.',
    tokens.toLocaleString(vscode.env.language),
    keptMessages,
  );
  return (await vscode.window.showInformationMessage(message, { modal: true, detail }, action)) === action;
}
