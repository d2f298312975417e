import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAppError } from '../../../../src/core/base/errors';
import { toTurnId, type EventId, type SessionId, type TurnId } from '../../../../src/core/session/session';
import type { NewEvent } from '../../../../src/core/session/sessionEvent';
import type { RecordedEvent } from '../../../../src/core/session/sessionRecord';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import { answer, newEvent, newSession, newSessionId, realIds, testModel, userMessage } from '../../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../../support/storeFixture';

/** What a window does next; what it cannot do at that moment it leaves out. */
const action = fc.record({
  window: fc.nat(2),
  session: fc.nat(1),
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('send', 'grow', 'finish') },
    { weight: 2, arbitrary: fc.constantFrom('call', 'regenerate', 'look', 'restore') },
    { weight: 1, arbitrary: fc.constantFrom('note', 'compact', 'rename', 'trash', 'die', 'suspend') },
  ),
  /** Whether the next action waits for this one. */
  waits: fc.boolean(),
});
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface OwnTurn {
  readonly turnId: TurnId;
  readonly parentId: EventId;
  text: string;
  /** The store has acknowledged that it has the session. */
  open: boolean;
}

/** Refusals that are part of the game: another window was there first, or the session is not to be written to. */
const refusals = [
  ...(['session/busy', 'session/busy-elsewhere', 'session/taken-over', 'session/in-trash'] as const),
  ...(['session/head-moved', 'session/not-found', 'argument/invalid'] as const),
] as const;

/** A window, its connection, and the turns that it drives by hand. */
class Window {
  readonly turns = new Map<SessionId, OwnTurn>();

  constructor(
    readonly service: LocalSessionService,
    readonly manager: SessionManager,
  ) {}
}

function markOpen(turns: ReadonlyMap<SessionId, OwnTurn>, id: SessionId): void {
  const turn = turns.get(id);
  if (turn !== undefined) {
    turn.open = true;
  }
}

class World {
  readonly sessions = [newSessionId(), newSessionId()];
  /** Events that a store has said to have. */
  readonly acknowledged = new Map<EventId, SessionId>();
  /** Turns whose window was taken for dead while they ran. */
  readonly givenUp = new Set<string>();
  readonly windows: Window[] = [];
  private count = 0;

  constructor(private readonly store: TempStore) {}

  async openWindow(index: number): Promise<void> {
    const service = await this.store.openAnother();
    const window = new Window(service, launchManager(this.store, { service }));
    this.sessions.forEach((id) => window.manager.prepareSession(id, newSession()));
    this.windows[index] = window;
  }

  async perform({ window: index, session, what }: Action): Promise<void> {
    try {
      await this.act(index, this.windows[index]!, this.sessions[session]!, what);
    } catch (error) {
      if (!isAppError(error, ...refusals)) {
        throw error;
      }
    }
  }

  private async act(index: number, window: Window, id: SessionId, what: Action['what']): Promise<void> {
    const { manager, turns } = window;
    const own = turns.get(id);
    const open = own?.open === true ? own : undefined;
    switch (what) {
      case 'send':
        return own === undefined ? this.send(window, id) : undefined;
      case 'regenerate':
        return own === undefined ? this.regenerate(window, id) : undefined;
      case 'grow':
        return open === undefined ? undefined : this.grow(window, id, open);
      case 'call':
        return open === undefined ? undefined : this.storeCall(window, id, open);
      case 'finish':
        return open === undefined ? undefined : this.finish(window, id, open);
      case 'note':
        return void (await manager.setModel(id, { ...testModel, model: `demo-${this.count++}` }));
      case 'compact':
        return this.compact(window, id);
      case 'rename':
        return void (await manager.rename(id, `Title ${this.count++}`));
      case 'trash':
        return void (await manager.moveToTrash([id]));
      case 'restore':
        return void (await manager.restore([id]));
      case 'look':
        return void (await manager.refresh());
      case 'die':
        this.giveUp(window);
        return this.openWindow(index);
      case 'suspend':
        return this.suspend(window, this.windows[(index + 1) % 3]!);
    }
  }

  /** Another window takes it for dead; it comes back and goes on. */
  private async suspend(window: Window, other: Window): Promise<void> {
    const comeBack = this.giveUp(window);
    await other.service.recoverInterrupted();
    comeBack();
  }

  private giveUp({ service, turns }: Window): () => void {
    turns.forEach(({ turnId }) => this.givenUp.add(turnId));
    return this.store.end(service);
  }

  private async send({ manager, turns }: Window, id: SessionId): Promise<void> {
    const turnId = toTurnId(realIds.next());
    const question = userMessage(`Question ${this.count++}`, { turnId });
    turns.set(id, { turnId, parentId: question.id, text: '', open: false });
    try {
      const lease = { turnId, model: testModel, startedAt: 0 };
      await manager.appendUserMessage(id, question, { turnStatus: 'running', lease });
      markOpen(turns, id);
      this.acknowledged.set(question.id, id);
    } catch (error) {
      turns.delete(id);
      throw error;
    }
  }

  private async regenerate({ manager, turns }: Window, id: SessionId): Promise<void> {
    const question = (await manager.loadBranch(id)).findLast(({ body }) => body.type === 'user_message');
    if (question === undefined) {
      return;
    }
    const turnId = toTurnId(realIds.next());
    turns.set(id, { turnId, parentId: question.id, text: '', open: false });
    try {
      const lease = { turnId, model: testModel, startedAt: 0, parentId: question.id };
      await manager.append(id, [], { turnStatus: 'running', lease });
      markOpen(turns, id);
    } catch (error) {
      turns.delete(id);
      throw error;
    }
  }

  private grow({ manager }: Window, id: SessionId, turn: OwnTurn): Promise<void> {
    turn.text += ` word ${this.count++}`;
    const { turnId, parentId, text: content } = turn;
    return manager.savePartialReply({
      ...{ sessionId: id, turnId, parentId, content },
      ...{ model: testModel, reasoning: '', startedAt: 0 },
    });
  }

  private storeCall(window: Window, id: SessionId, { turnId }: OwnTurn): Promise<void> {
    const call = newEvent({ type: 'tool_call', id: 'c', name: 'clock', input: {} }, { turnId });
    return this.append(window, id, call, { turnStatus: 'running', ofTurn: turnId, clearDraftOf: turnId });
  }

  private async finish(window: Window, id: SessionId, { turnId, text }: OwnTurn): Promise<void> {
    window.turns.delete(id);
    const end = answer(`Answer${text}`, { turnId });
    await this.append(window, id, end, { turnStatus: 'idle', ofTurn: turnId, clearDraftOf: turnId });
  }

  private async compact(window: Window, id: SessionId): Promise<void> {
    const session = await window.manager.getSession(id);
    const summary = newEvent({
      ...{ type: 'compaction', summary: 'What was said', fromSeq: 1, toSeq: 1 },
      ...{ tokensBefore: 10, tokensAfter: 1 },
    });
    await window.manager.appendAt(id, [summary], session?.headId ?? null);
    this.acknowledged.set(summary.id, id);
  }

  private async append(
    { manager }: Window,
    id: SessionId,
    event: NewEvent,
    options: Parameters<SessionManager['append']>[2],
  ): Promise<void> {
    await manager.append(id, [event], options);
    this.acknowledged.set(event.id, id);
  }
}

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.dispose());

/** Between the first and the last event of a turn nobody else asks or answers. */
function expectUnbroken(events: readonly RecordedEvent[], givenUp: ReadonlySet<string>): void {
  // The end of a turn that was given up may come at any time: it hangs on a branch of its own.
  const turns = events.filter(({ turnId }) => turnId !== null && !givenUp.has(turnId));
  const order = turns.map(({ turnId }) => turnId).filter((turnId, index, all) => turnId !== all[index - 1]);
  expect(order).toEqual([...new Set(order)]);
}

async function expectSound(world: World): Promise<void> {
  const replies = await store.service.listReplies();
  for (const id of world.sessions) {
    const session = await store.service.get(id);
    if (session === undefined) {
      continue;
    }
    const { events } = (await store.service.readRecord(id))!;
    const ids = new Set(events.map((event) => event.id));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(session).toMatchObject({ lastSeq: events.length });
    expect(events.filter(({ parentId }) => parentId !== null && !ids.has(parentId))).toEqual([]);
    expect(session.headId === null ? events.length === 0 : ids.has(session.headId)).toBe(true);
    const known = [...world.acknowledged].filter(([, place]) => place === id).map(([event]) => event);
    expect(known.filter((event) => !ids.has(event))).toEqual([]);
    const questions = events.filter(({ type }) => type === 'user_message').map(({ data }) => data);
    expect(new Set(questions).size).toBe(questions.length);
    expectUnbroken(events, world.givenUp);
    const running = replies.filter(({ sessionId }) => sessionId === id);
    expect(running.length).toBe(session.turnStatus === 'running' ? 1 : 0);
  }
}

it(
  'three windows that do anything at all leave every log whole and every session with one turn at most',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 25, maxLength: 60 }), async (actions) => {
        const world = new World(store);
        for (const index of [0, 1, 2]) {
          await world.openWindow(index);
        }
        const running: Promise<void>[] = [];
        for (const each of actions) {
          const done = world.perform(each);
          running.push(done);
          if (each.waits) {
            await Promise.all(running.splice(0));
            await expectSound(world);
          }
        }
        await Promise.all(running);
        await expectSound(world);
        expect((await store.service.check()).incomplete).toEqual([]);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  },
);
