import { v7 as uuidV7 } from 'uuid';
import {
  toEventId,
  toInvocationId,
  toSessionId,
  toTurnId,
  type EventId,
  type SessionId,
} from '../../src/core/session/session';
import type { NewEvent } from '../../src/core/session/sessionEvent';
import { sampleAnswer } from '../../test/webview/support/conversation';
import { openStore } from './benchStore';

/** What the newest message of every session says; the smallest extension's page shows the same. */
export const newestMessage = 'This is the newest message.';

const eventsPerAppend = 100;
const spanMs = 3 * 86_400_000;
const model = { provider: 'fake', model: 'fake-model' } as const;

/** Stores a session of so many messages, spread over the last three days, that belongs to `directory`. */
export async function storeConversation(folder: string, directory: string, messages: number): Promise<SessionId> {
  let now = Date.now() - spanMs;
  const service = await openStore(folder, { now: () => now });
  const sessionId = toSessionId(uuidV7());
  const invocationId = toInvocationId(uuidV7());
  const create = { key: { directory, gitRoot: null }, skill: null };
  const all = conversation(messages);
  const step = Math.floor(spanMs / Math.ceil(all.length / eventsPerAppend)) - 1;
  let head: EventId | null = null;
  for (let first = 0; first < all.length; first += eventsPerAppend) {
    now += step;
    const events = all.slice(first, first + eventsPerAppend);
    await service.append({
      sessionId,
      invocationId,
      expectedHead: head,
      events,
      create,
      model,
      derivedTitle: `${messages} messages`,
    });
    head = events.at(-1)?.id ?? head;
  }
  await service.close();
  return sessionId;
}

/** Questions and answers in turns; every tenth answer has code, a table and lists in it. */
function conversation(messages: number): readonly NewEvent[] {
  return Array.from({ length: messages }, (_, index): NewEvent => {
    const turn = Math.floor(index / 2);
    const base = { id: toEventId(uuidV7()), turnId: toTurnId(`turn-${turn}`) };
    if (index % 2 === 0) {
      return {
        ...base,
        body: { type: 'user_message', content: `Question ${turn}: why does the total ignore the coupon?` },
      };
    }
    const content = index === messages - 1 ? newestMessage : answer(turn);
    const usage = { inputTokens: 1_200, outputTokens: 310 };
    return { ...base, ...model, usage, durationMs: 4_200, body: { type: 'text', content, finish: 'completed' } };
  });
}

function answer(turn: number): string {
  return turn % 10 === 0
    ? sampleAnswer
    : `Answer ${turn} is **short** but has two paragraphs: the memo key has no \`coupon\` in it.\n\nSo the total stays as it was.`;
}
