import { AppError } from '../base/errors';
import type { SentContext } from '../session/contextItem';
import type { EventId, SessionId } from '../session/session';
import type { EventBody, EventBodyOf, StoredEvent } from '../session/sessionEvent';
import { lastUserMessage } from '../session/compactionsInForce';
import { loadTail } from './promptTail';
import type { TurnLog } from './turnLog';

/** How a turn begins: what is stored before its request, and where its answer hangs. */
export interface TurnPlan {
  readonly opening: readonly EventBody[];
  readonly below: EventId | null;
  /** Set when the answer starts a branch below this older event. */
  readonly branchFrom: EventId | null;
}

/** What a person sends. */
export interface MessageContent {
  readonly text: string;
  /** What is attached and has to go along. */
  readonly context?: readonly SentContext[];
  /** A skill that was called by its name: its text goes instead of the message's. */
  readonly invocation?: Omit<EventBodyOf<'skill_invocation'>, 'type' | 'context'>;
}

type PagedLog = Pick<TurnLog, 'loadPage' | 'loadBranch'>;

const continueInstruction =
  'The reply above broke off before its end. Go on exactly where it stopped: do not repeat what is there and do not comment on the break.';

/** Events that belong to neither a question nor its answer: an answer that hangs below the question keeps them. */
const notes: ReadonlySet<string> = new Set<EventBody['type']>([
  'compaction',
  'compaction_undone',
  'model_changed',
  'skill_changed',
  'title_changed',
]);

export function planMessage({ text, context = [], invocation }: MessageContent): TurnPlan {
  if (invocation === undefined && text.trim() === '') {
    throw new AppError('argument/invalid', { args: { name: 'text' } });
  }
  const attached =
    context.length === 0
      ? {}
      : { context: context.map(({ type, key, value, changed }) => ({ type, key, value, changed })) };
  const body: EventBody =
    invocation === undefined
      ? { type: 'user_message', content: text, ...attached }
      : { type: 'skill_invocation', ...invocation, ...attached };
  return { opening: [body], below: null, branchFrom: null };
}

/** Another answer to the newest message of the branch shown. */
export async function planRetry(log: PagedLog, sessionId: SessionId): Promise<TurnPlan> {
  return planAnswerTo(await loadTail(log, sessionId));
}

/** Another answer to the message above the event. */
export async function planRegenerate(log: PagedLog, sessionId: SessionId, eventId: EventId): Promise<TurnPlan> {
  return planAnswerTo(await loadTail(log, sessionId, eventId));
}

/** The rest of a reply that broke off; where nothing of it is there, a new answer. */
export async function planContinue(log: PagedLog, sessionId: SessionId): Promise<TurnPlan> {
  const branch = await loadTail(log, sessionId);
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
  const behind = branch.slice(branch.indexOf(message) + 1);
  const answer = behind.findIndex(({ body }) => !notes.has(body.type));
  const below = (answer === -1 ? behind.at(-1) : behind[answer - 1]) ?? message;
  return { opening: [], below: below.id, branchFrom: below.id };
}

function saysSomething({ body }: StoredEvent): boolean {
  return body.type === 'tool_call' || (body.type === 'text' && body.content !== '');
}
