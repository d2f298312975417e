import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/base/errors';
import { silentLogger } from '../../../src/core/base/ports';
import type { SessionId } from '../../../src/core/session/session';
import { createNewSessionCommand } from '../../../src/extension/chat/newSessionCommand';
import { createChatCommands } from '../../../src/extension/chat/chatCommands';
import { commandIds, registerCommands, type CommandHandlers } from '../../../src/extension/contributions/commands';
import { createSessionCommands } from '../../../src/extension/sessions/sessionCommands';
import { newSessionId, realIds, testKey } from '../../support/builders';
import { stubMessages, vscodeStub } from '../../support/vscodeStub';
import { gate, provider } from '../core/turn/turnDoubles';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

const usage = { inputTokens: 1, outputTokens: 1 };
const summaryKeys = [
  ...['id', 'title', 'directory', 'gitRoot', 'provider', 'model', 'skill', 'messageCount'],
  ...['createdAt', 'updatedAt', 'pinned', 'archivedAt', 'deletedAt', 'endedAt'],
];

let chat: ChatFixture;
/** What a reply waits for before it ends. */
let mayFinish: Promise<void>;
let registered: { dispose(): void };
const call = <T = unknown>(id: string, ...args: readonly unknown[]): Promise<T> =>
  vscodeStub.commands.executeCommand(id, ...args) as Promise<T>;

beforeEach(async () => {
  mayFinish = Promise.resolve();
  chat = await ChatFixture.open(
    provider(async function* () {
      yield await Promise.resolve({ type: 'text', text: 'Reply' } as const);
      await mayFinish;
      yield { type: 'finish', reason: 'stop', usage };
    }),
  );
  stubMessages.length = 0;
  const sessions = createSessionCommands({
    sessions: () => chat.manager(),
    workspaceKeys: () => Promise.resolve([testKey]),
    currentSessionId: () => chat.controller.currentSession?.id ?? null,
    showSession: async (id) => {
      await chat.controller.showSession(id);
    },
    newSession: () => chat.controller.newSession(),
    createSession: async (title) => {
      await chat.controller.newSession();
      return chat.controller.choices.configure({ title });
    },
    sessionsOfKeyPress: () => Promise.resolve([]),
    pickSession: () => Promise.resolve(undefined),
  });
  const ofChat = createChatCommands({
    controller: chat.controller,
    ids: realIds,
    diagnostics: () => Promise.resolve('diagnostics'),
  });
  const fresh = createNewSessionCommand({
    controller: chat.controller,
    form: {
      models: () => Promise.resolve([]),
      defaultModel: () => Promise.resolve(null),
      skills: { usable: () => Promise.resolve([]) },
      defaultSkill: () => null,
      memento: { keys: () => [], get: <T>(_: string, fallback?: T) => fallback as T, update: () => Promise.resolve() },
    },
    options: {
      models: () => Promise.resolve([]),
      describeModel: ({ model }) => Promise.resolve(model),
      skills: { get: (name) => Promise.reject(new AppError('skill/not-found', { args: { name } })) },
    },
    logger: silentLogger,
  });
  const others = Object.fromEntries(commandIds.map((id) => [id, () => Promise.resolve(undefined)]));
  registered = registerCommands(
    { ...others, ...sessions, ...fresh, ...ofChat } as unknown as CommandHandlers,
    silentLogger,
  );
});
afterEach(async () => {
  registered.dispose();
  await chat.dispose();
});

describe('a command that another extension calls with an id', () => {
  it.each([
    ['rejoin.openSession', []],
    ['rejoin.renameSession', ['Other title']],
    ['rejoin.archiveSession', []],
    ['rejoin.unarchiveSession', []],
    ['rejoin.pinSession', []],
    ['rejoin.unpinSession', []],
    ['rejoin.deleteSession', []],
    ['rejoin.restoreSession', []],
  ])('%s returns a summary and nothing else', async (command, args) => {
    const id = await chat.addSession('Question');
    const summary = await call<object>(command, id, ...args);
    expect(Object.keys(summary)).toEqual(summaryKeys);
    expect(summary).toMatchObject({ id, ...testKey });
  });

  it('deletes for good without asking, and returns the id', async () => {
    const id = await chat.addSession('Question');
    expect(await call('rejoin.deleteForever', id)).toBe(id);
    expect(await (await chat.manager()).getSession(id)).toBeUndefined();
    expect(stubMessages).toEqual([]);
  });

  it('asks before it deletes for good what was clicked, and does nothing when the person backs out', async () => {
    const id = await chat.addSession('Question');
    const session = await (await chat.manager()).get(id);
    expect(await call('rejoin.deleteForever', { kind: 'session', session })).toBeUndefined();
    expect(stubMessages).toEqual(['Delete “Question” forever?']);
    expect(await (await chat.manager()).getSession(id)).toBeDefined();
  });

  it.each([
    ['rejoin.openSession'],
    ['rejoin.renameSession'],
    ['rejoin.archiveSession'],
    ['rejoin.unarchiveSession'],
    ['rejoin.pinSession'],
    ['rejoin.unpinSession'],
    ['rejoin.deleteSession'],
    ['rejoin.restoreSession'],
    ['rejoin.deleteForever'],
  ])('%s rejects for an id that is not there and for what is no session, and tells the person nothing', async (id) => {
    await expect(call(id, newSessionId(), 'Title')).rejects.toThrow('There is no session with the id');
    await expect(call(id, '', 'Title')).rejects.toThrow('is not valid');
    await expect(call(id, 7, 'Title')).rejects.toThrow('is not valid');
    await expect(call(id, [newSessionId(), 7], 'Title')).rejects.toThrow('is not valid');
    expect(stubMessages).toEqual([]);
  });

  it('rejects a title that is none', async () => {
    const id = await chat.addSession('Question');
    await expect(call('rejoin.renameSession', id, ' \u200b')).rejects.toThrow('at least one visible character');
    await expect(call('rejoin.renameSession', id, 7)).rejects.toThrow('is not valid');
  });

  it('does not open what is in the trash', async () => {
    const id = await chat.addSession('Question');
    await call('rejoin.deleteSession', id);
    await expect(call('rejoin.openSession', id)).rejects.toThrow('in the trash');
  });
});

describe('rejoin.listSessions', () => {
  it('gives summaries of this workspace or of all, archived ones apart, and rejects other options', async () => {
    const [first, second] = [await chat.addSession('Apples'), await chat.addSession('Bananas')];
    await call('rejoin.archiveSession', first);
    const list = async (options?: unknown): Promise<readonly SessionId[]> =>
      (await call<readonly { id: SessionId }[]>('rejoin.listSessions', options)).map(({ id }) => id);
    expect(await list()).toEqual([second]);
    expect(await list({ scope: 'all', archived: true })).toEqual([first]);
    expect(await list({ query: 'nan' })).toEqual([second]);
    expect(Object.keys((await call<readonly object[]>('rejoin.listSessions'))[0] ?? {})).toEqual(summaryKeys);
    for (const bad of [{ scope: 'here' }, { archived: 1 }, { query: 1 }, 'all']) {
      await expect(list(bad)).rejects.toThrow('is not valid');
    }
  });
});

describe('the chat', () => {
  it('starts a session, takes messages into it and ends it, by commands alone', async () => {
    const fresh = await call<{ id: SessionId }>('rejoin.newSession');
    expect(Object.keys(fresh)).toEqual(summaryKeys);
    expect(await (await chat.manager()).getSession(fresh.id)).toBeUndefined();
    const sent = await call<{ sessionId: SessionId; turnId: string }>('rejoin.sendMessage', 'Hello');
    expect(sent).toEqual({ sessionId: fresh.id, turnId: expect.any(String) as string });
    expect(await (await chat.manager()).get(fresh.id)).toMatchObject({ title: 'Hello' });
    await call('rejoin.stop');
    await call('rejoin.newSession');
    expect((await (await chat.manager()).get(fresh.id)).endedAt).not.toBeNull();
  });

  it('keeps a message that is sent by command while a reply runs, and sends it after that', async () => {
    const held = gate();
    mayFinish = held.opened;
    const { sessionId } = await call<{ sessionId: SessionId }>('rejoin.sendMessage', 'First');
    const sent = await Promise.all([
      call<{ turnId: string | null }>('rejoin.sendMessage', 'Second'),
      call<{ turnId: string | null }>('rejoin.sendMessage', 'Third'),
    ]);
    expect(sent).toEqual([
      { sessionId, turnId: null },
      { sessionId, turnId: null },
    ]);
    const asked = async (): Promise<readonly string[]> =>
      (await (await chat.manager()).loadBranch(sessionId)).flatMap(({ body }) =>
        body.type === 'user_message' ? [body.content] : [],
      );
    expect(await asked()).toEqual(['First']);
    held.open();
    await expect.poll(asked).toEqual(['First', 'Second', 'Third']);
  });

  it('gives a new session just what the caller says, and a named one its row at once', async () => {
    const named = await call<{ id: SessionId }>('rejoin.newSession', { title: 'Harbour', model: 'demo/demo-2' });
    expect(named).toMatchObject({ title: 'Harbour', provider: 'demo', model: 'demo-2', messageCount: 0 });
    expect(await (await chat.manager()).get(named.id)).toMatchObject({ title: 'Harbour' });
    expect(await call('rejoin.newSession', {})).toMatchObject({ title: '', provider: null });
    await expect(call('rejoin.newSession', { title: 1 })).rejects.toThrow('is not valid');
    await expect(call('rejoin.newSession', { skill: 'none-such' })).rejects.toThrow('none-such');
  });

  it('opens a session by its name, and makes it when asked to', async () => {
    const id = await chat.addSession('Tide tables');
    expect(await call('rejoin.openSession', 'tide TABLES')).toMatchObject({ id });
    await expect(call('rejoin.openSession', 'Ferry')).rejects.toThrow('Ferry');
    const made = await call<{ id: SessionId }>('rejoin.openSession', 'Ferry', { create: true });
    expect(made).toMatchObject({ title: 'Ferry' });
    expect(await call('rejoin.openSession', 'Ferry', { create: true })).toMatchObject({ id: made.id });
    expect(chat.controller.currentId).toBe(made.id);
  });

  it.each(['', '  ', 7, {}])('refuses the message %j', async (text) => {
    await expect(call('rejoin.sendMessage', text)).rejects.toThrow('is not valid');
  });

  it('tells a person in words what a caller with arguments gets as a rejection', async () => {
    expect(await call('rejoin.renameSession', { kind: 'session', session: { id: newSessionId() } })).toBeUndefined();
    expect(stubMessages).toEqual([expect.stringContaining('There is no session with the id')]);
  });
});
