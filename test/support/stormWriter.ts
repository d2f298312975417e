import { isAppError } from '../../src/core/base/errors';
import { toSessionId, toTurnId, type SessionId } from '../../src/core/session/session';
import type { SessionManager } from '../../src/core/session/sessionManager';
import { answer, newSession, realIds, testModel, userMessage } from './builders';
import { seededRandom } from './seededRandom';

/** Writes to several sessions without end, until it is killed. */
export interface StormTask {
  readonly kind: 'storm';
  readonly seed: number;
  /** Sessions in which it sends messages and gets replies; other processes may have the same ones. */
  readonly sessions: readonly string[];
  /** Whether it only gives the sessions new titles. */
  readonly titlesOnly: boolean;
}

/**
 * What the writer tells, one line of JSON each. `begin` stands before every write, all others behind the write that
 * the store has acknowledged.
 */
export type StormLine =
  | { readonly told: 'begin' }
  | { readonly told: 'event'; readonly session: string; readonly event: string }
  /** `characters` of the reply of this turn are saved. */
  | { readonly told: 'partial'; readonly session: string; readonly turn: string; readonly characters: number }
  | { readonly told: 'answer'; readonly session: string; readonly turn: string; readonly event: string }
  | { readonly told: 'title'; readonly session: string; readonly title: string }
  /** Another process was answering; nothing was stored. */
  | { readonly told: 'busy' };

/** The first characters of the reply of a turn; the same in whichever process asks. */
export function replyText(turn: string, characters: number): string {
  return `${turn} · `.repeat(Math.ceil(characters / (turn.length + 3))).slice(0, characters);
}

export async function runStorm(manager: SessionManager, task: StormTask): Promise<void> {
  const random = seededRandom(task.seed);
  const sessions = task.sessions.map(toSessionId);
  for (const session of sessions) {
    manager.prepareSession(session, newSession());
  }
  for (let round = 0; ; round++) {
    const session = sessions[Math.floor(random() * sessions.length)];
    if (session === undefined) {
      return;
    }
    await (task.titlesOnly
      ? giveTitle(manager, session, `Title ${process.pid} ${round}`)
      : random() < 0.5
        ? sendMessage(manager, session, Math.floor(random() * 4000))
        : runTurn(manager, session, random));
  }
}

async function sendMessage(manager: SessionManager, session: SessionId, length: number): Promise<void> {
  const event = userMessage(replyText(realIds.next(), length));
  if (await write(() => manager.appendUserMessage(session, event))) {
    tell({ told: 'event', session, event: event.id });
  }
}

/** A question, a reply that grows, and in most cases its end. */
async function runTurn(manager: SessionManager, session: SessionId, random: () => number): Promise<void> {
  const turn = toTurnId(realIds.next());
  const question = userMessage(`Question of ${turn}`, { turnId: turn });
  const lease = { turnId: turn, model: testModel, startedAt: Date.now() };
  if (!(await write(() => manager.appendUserMessage(session, question, { turnStatus: 'running', lease })))) {
    return;
  }
  tell({ told: 'event', session, event: question.id });
  const draft = { ...lease, sessionId: session, parentId: question.id, reasoning: '' };
  const growths = 1 + Math.floor(random() * 12);
  let characters = 0;
  for (let growth = 0; growth < growths; growth++) {
    characters += 1 + Math.floor(random() * 3000);
    const content = replyText(turn, characters);
    if (await write(() => manager.savePartialReply({ ...draft, content }))) {
      tell({ told: 'partial', session, turn, characters });
    }
  }
  const end = answer(replyText(turn, characters), { turnId: turn, ...testModel });
  if (await write(() => manager.append(session, [end], { turnStatus: 'idle', clearDraftOf: turn }))) {
    tell({ told: 'answer', session, turn, event: end.id });
  }
}

async function giveTitle(manager: SessionManager, session: SessionId, title: string): Promise<void> {
  if ((await manager.getSession(session)) === undefined) {
    return;
  }
  if (await write(() => manager.rename(session, title))) {
    tell({ told: 'title', session, title });
  }
}

/** False when another process is in the way, which is no failure. */
async function write(task: () => Promise<unknown>): Promise<boolean> {
  tell({ told: 'begin' });
  try {
    await task();
    return true;
  } catch (error) {
    if (isAppError(error, 'session/busy', 'session/busy-elsewhere', 'session/head-moved', 'store/locked')) {
      tell({ told: 'busy' });
      return false;
    }
    throw error;
  }
}

function tell(line: StormLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
