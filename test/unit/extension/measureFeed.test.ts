import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../src/core/base/event';
import { silentLogger } from '../../../src/core/base/ports';
import type { SessionId } from '../../../src/core/session/session';
import { storedConversation } from '../../../src/extension/chat/conversation';
import { MeasureFeed } from '../../../src/extension/chat/measureFeed';
import type { ShownConversation } from '../../../src/extension/chat/shownConversation';
import { answer, userMessage } from '../../support/builders';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;

beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
});
afterEach(() => chat.dispose());

const shownTokens = (): number | undefined => chat.view.data.measure?.tokens;
const newest = { states: ['active'], limit: 1 } as const;
const current = (): SessionId => chat.controller.currentId!;

describe('the meter beside the message box', () => {
  it('has the numbers by which summaries are made, and follows each answer', async () => {
    await chat.addSession('First');
    expect((await chat.show()).measure).toBeNull();
    const before = await chat.compactor.measure(current());
    await expect.poll(() => chat.view.data.measure).toEqual(before);
    await chat.send('Tell me more');
    feed.say('More and more and more.');
    feed.finish();
    await expect.poll(shownTokens).toBeGreaterThan(before.tokens);
    expect(chat.view.data.measure).toEqual(await chat.compactor.measure(current()));
  });

  it('shows nothing for a conversation that has no messages yet', async () => {
    await chat.addSession('First');
    await chat.show();
    await expect.poll(shownTokens).toBeGreaterThan(0);
    await chat.controller.newSession();
    await expect.poll(() => chat.view.data.measure).toBeNull();
  });

  it('counts nothing for a view that is hidden, and once for many changes', async () => {
    await chat.addSession('First');
    const [session] = await (await chat.manager()).list(newest);
    const shownNow = storedConversation(session!, null);
    const changed = new Emitter<void>();
    const waiting: (() => void)[] = [];
    const publisher = { visible: false, notify: vi.fn() };
    const measure = vi.fn((id: SessionId) => chat.compactor.measure(id));
    const counting = new MeasureFeed({
      compaction: { measure, onDidChange: chat.compactor.onDidChange, progressOf: () => null },
      shown: { onDidChange: changed.event, current: shownNow, publisher } as unknown as ShownConversation,
      timers: {
        after: (_, callback) => {
          waiting.push(callback);
          return { dispose: () => waiting.splice(waiting.indexOf(callback), 1) };
        },
      },
      logger: silentLogger,
    });
    const settle = (): void => waiting.splice(0).forEach((callback) => callback());
    changed.fire();
    settle();
    expect(measure).not.toHaveBeenCalled();
    publisher.visible = true;
    changed.fire();
    changed.fire();
    settle();
    await vi.waitFor(() => expect(publisher.notify).toHaveBeenCalledTimes(1));
    expect(measure).toHaveBeenCalledTimes(1);
    counting.dispose();
  });

  it('is counted again when a summary was made, which is told too, and when it was taken back', async () => {
    const id = await chat.addSession('First');
    const manager = await chat.manager();
    for (let turn = 2; turn <= 12; turn++) {
      await manager.appendUserMessage(
        id,
        userMessage(`Question ${turn}. ${'Look at the order of the rows. '.repeat(9)}`),
      );
      await manager.append(id, [answer()]);
    }
    await chat.show();
    await expect.poll(shownTokens).toBeGreaterThan(0);
    const before = shownTokens()!;
    feed.say('They spoke of rows.');
    feed.finish();
    await chat.compactor.compact(id);
    await expect.poll(shownTokens).toBeLessThan(before);
    expect(chat.view.data.measure?.parts.summaries).toBeGreaterThan(0);
    expect(chat.view.data.compaction).toMatchObject({ stage: 'completed', error: null });
    await chat.compactor.undo(id);
    await expect.poll(shownTokens).toBe(before);
  });
});
