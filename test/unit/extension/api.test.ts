import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createApi, type SessionsApi } from '../../../src/extension/api';
import { newSessionId, testKey } from '../../support/builders';
import { provider } from '../core/turn/turnDoubles';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let chat: ChatFixture;
let sessions: SessionsApi;

beforeEach(async () => {
  chat = await ChatFixture.open(
    provider(async function* () {
      yield await Promise.resolve({ type: 'text', text: 'Reply' } as const);
    }),
  );
  ({ sessions } = createApi({
    store: chat.host,
    workspaceKeys: () => Promise.resolve([testKey]),
    showSession: (id) => chat.controller.showSession(id),
  }));
});
afterEach(() => chat.dispose());

it('reads sessions and their events, and shows one in the chat', async () => {
  const id = await chat.addSession('Apples');
  expect(await sessions.list()).toEqual([await sessions.get(id)]);
  expect(await sessions.list({ archived: true })).toEqual([]);
  expect((await sessions.events(id)).map(({ body }) => body.type)).toEqual(['user_message', 'text']);
  expect(await sessions.open(id)).toMatchObject({ id, title: 'Apples' });
  expect(chat.controller.currentId).toBe(id);
});

it('changes sessions, and tells whoever listens until they stop', async () => {
  const id = await chat.addSession('Apples');
  const changed: (readonly string[])[] = [];
  const listener = sessions.onDidChange((ids) => changed.push(ids));
  expect(await sessions.rename(id, 'Pears')).toMatchObject({ id, title: 'Pears' });
  expect(await sessions.setPinned(id, true)).toMatchObject({ pinned: true });
  expect((await sessions.setArchived(id, true)).archivedAt).not.toBeNull();
  expect((await sessions.delete(id)).deletedAt).not.toBeNull();
  expect((await sessions.restore(id)).deletedAt).toBeNull();
  expect(changed).toEqual(Array(5).fill([id]));
  listener.dispose();
  await sessions.rename(id, 'Plums');
  expect(changed).toHaveLength(5);
});

it('says of an unknown id that there is none, and rejects to change it', async () => {
  const id = newSessionId();
  expect(await sessions.get(id)).toBeUndefined();
  expect(await sessions.events(id)).toEqual([]);
  for (const change of [
    () => sessions.open(id),
    () => sessions.rename(id, 'Title'),
    () => sessions.setArchived(id, true),
    () => sessions.setPinned(id, true),
    () => sessions.delete(id),
    () => sessions.restore(id),
  ]) {
    await expect(change()).rejects.toMatchObject({ code: 'session/not-found' });
  }
  await expect(sessions.list({ scope: 'here' as never })).rejects.toMatchObject({ code: 'argument/invalid' });
});
