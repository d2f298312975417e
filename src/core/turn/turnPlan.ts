import { AppError } from '../base/errors';
import type { EventId, SessionId } from '../session/session';
import type { EventBody, StoredEvent } from '../session/sessionEvent';
import { lastUserMessage } from './promptBuilder';
import type { TurnLog } from './turnLog';

/** How a turn begins: what is stored before its request, and where its answer hangs. */
export interface TurnPlan {
  readonly opening: readonly EventBody[];
  readonly below: EventId | null;
  /** Set when the answer starts a branch below this older event. */
  readonly branchFrom: EventId | null;
}

const continueInstruction =
  'The reply above broke off before its end. Go on exactly where it stopped: do not repeat what is there and do not comment on the break.';

export function planMessage(text: string): TurnPlan {
  if (text.trim() === '') {
    throw new AppError('argument/invalid', { args: { name: 'text' } });
  }
  return { opening: [{ type: 'user_message', content: text }], below: null, branchFrom: null };
}

/** Another answer to the newest message of the branch shown. */
export async function planRetry(log: TurnLog, sessionId: SessionId): Promise<TurnPlan> {
  return planAnswerTo(await log.loadBranch(sessionId));
}

/** Another answer to the message above the event. */
export async function planRegenerate(log: TurnLog, sessionId: SessionId, eventId: EventId): Promise<TurnPlan> {
  return planAnswerTo(await log.loadBranch(sessionId, eventId));
}

/** The rest of a reply that broke off; where nothing of it is there, a new answer. */
export async function planContinue(log: TurnLog, sessionId: SessionId): Promise<TurnPlan> {
  const branch = await log.loadBranch(sessionId);
  const again = planAnswerTo(branch);
  const answer = branch.slice(branch.findIndex((event) => event.id === again.below) + 1);
  const last = branch.at(-1);
  return last === undefined || !answer.some(saysSomething)
    ? again
    : { opening: [{ type: 'system_context', content: continueInstruction }], below: last.id, branchFrom: null };
}

function planAnswerTo(branch: readonly StoredEvent[]): TurnPlan {
  const message = lastUserMessage(branch);
  if (message === undefined) {
    throw new AppError('argument/invalid', { args: { name: 'eventId' } });
  }
  return { opening: [], below: message.id, branchFrom: message.id };
}

function saysSomething({ body }: StoredEvent): boolean {
  return body.type === 'tool_call' || (body.type === 'text' && body.content !== '');
}
