import type { EventId, SessionId, TurnId } from '../../../src/core/session/session';
import { toTurnId } from '../../../src/core/session/session';
import { answer, newSession, realIds, testModel, userMessage } from '../../support/builders';
import type { StoreWindow } from './storeWindow';

/** A turn that a window drives by hand. */
export interface HandTurn {
  readonly turnId: TurnId;
  readonly questionId: EventId;
  /** Saves the whole of the reply so far. */
  grow(content: string): Promise<void>;
  finish(content: string): Promise<void>;
}

/** Sends a question in a window and takes the session for its answer. */
export async function startTurn(window: StoreWindow, sessionId: SessionId, content = 'Question'): Promise<HandTurn> {
  const turnId = toTurnId(realIds.next());
  const question = userMessage(content, { turnId });
  const lease = { turnId, model: testModel, startedAt: Date.now() };
  await window.window.prepare(sessionId, newSession());
  await window.manager.appendUserMessage(sessionId, question, { turnStatus: 'running', lease });
  return {
    turnId,
    questionId: question.id,
    async grow(reply) {
      await window.manager.savePartialReply({
        ...lease,
        ...{ sessionId, parentId: question.id, content: reply, reasoning: '' },
      });
    },
    async finish(reply) {
      const end = answer(reply, { turnId, ...testModel });
      await window.manager.append(sessionId, [end], { turnStatus: 'idle', clearDraftOf: turnId });
    },
  };
}
