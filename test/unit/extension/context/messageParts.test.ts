import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { silentLogger } from '../../../../src/core/base/ports';
import type { SentContext } from '../../../../src/core/session/contextItem';
import type { SessionId } from '../../../../src/core/session/session';
import { SessionManager } from '../../../../src/core/session/sessionManager';
import type { MessageParts } from '../../../../src/extension/chat/chatPorts';
import { createMessageParts } from '../../../../src/extension/context/messageParts';
import { contextItem, newEvent, newSession, newSessionId, realIds, testInvocation } from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { StubUri } from '../../../support/vscodeWorkspaceStub';
import { ContextFixture } from './contextFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

let fixture: ContextFixture;
let store: TempStore;
let manager: SessionManager;
let parts: MessageParts;

beforeEach(async () => {
  [fixture, store] = await Promise.all([ContextFixture.create(), openTempStore()]);
  manager = new SessionManager({
    service: store.service,
    invocationId: testInvocation,
    clock: store.clock,
    ids: realIds,
    logger: silentLogger,
    continueMinutes: () => 60,
  });
  parts = createMessageParts({
    store: { manager: () => Promise.resolve(manager) },
    attachments: fixture.attachments,
    skills: {
      invocation: (name, text) =>
        name === 'review'
          ? Promise.resolve({ name, arguments: text, content: `Review ${text}` })
          : Promise.reject(new AppError('skill/not-found', { args: { name } })),
    },
  });
});
afterEach(async () => {
  await store.dispose();
  await fixture.dispose();
});

/** Sends a message as the chat does; returns what went with it. */
async function send(id: SessionId): Promise<readonly SentContext[]> {
  const { context = [] } = await parts.parts(id, [], 'Question', undefined);
  const body = { type: 'user_message' as const, content: 'Question' };
  await manager.appendUserMessage(
    id,
    newEvent(context.length === 0 ? body : { ...body, context: context.map((item) => ({ ...item })) }),
  );
  return context;
}

async function storedSession(...names: readonly string[]): Promise<SessionId> {
  const id = newSessionId();
  const uris = await Promise.all(names.map((name) => fixture.write(name, `Text of ${name}`)));
  const context = names.map((name, index) => contextItem(name, { uri: uris[index]?.toString() ?? null }));
  manager.prepareSession(id, newSession({ context }));
  await manager.append(id, [newEvent({ type: 'system_context', content: 'Begin' })]);
  return id;
}

describe('what is attached', () => {
  it('goes with the next message, and then no more until it has changed', async () => {
    const id = await storedSession('a.ts', 'b.ts');
    expect(await send(id)).toMatchObject([
      { key: 'a.ts', value: 'Text of a.ts', changed: false },
      { key: 'b.ts', changed: false },
    ]);
    expect(await send(id)).toEqual([]);
    await writeFile(path.join(fixture.shop, 'b.ts'), 'New text');
    expect(await send(id)).toEqual([{ type: 'file', key: 'b.ts', value: 'New text', changed: true }]);
    expect((await manager.listContext(id)).map(({ key, value }) => [key, value])).toEqual([
      ['a.ts', 'Text of a.ts'],
      ['b.ts', 'New text'],
    ]);
    expect(await send(id)).toEqual([]);
  });

  it('to a session without a row goes as it is now, and nothing is stored for it', async () => {
    const uri = await fixture.write('a.ts', 'As it is now');
    const id = newSessionId();
    const unsaved = [contextItem('a.ts', { uri: uri.toString(), value: 'As it was' })];
    expect(await parts.parts(id, unsaved, 'Question', undefined)).toEqual({
      context: [{ type: 'file', key: 'a.ts', value: 'As it is now', changed: false }],
    });
    expect(await manager.getSession(id)).toBeUndefined();
  });

  it('and cannot be read goes as it was', async () => {
    const id = await storedSession();
    const gone = StubUri.file(path.join(fixture.shop, 'gone.ts'));
    await manager.putContext(id, [contextItem('gone.ts', { uri: gone.toString(), value: 'As it was' })]);
    expect(await send(id)).toMatchObject([{ key: 'gone.ts', value: 'As it was' }]);
  });

  it('is nothing where nothing is attached', async () => {
    expect(await parts.parts(await storedSession(), [], 'Question', undefined)).toEqual({});
    expect(await parts.parts(newSessionId(), [], 'Question', undefined)).toEqual({});
  });
});

describe('a skill that is called', () => {
  it('goes with its arguments filled in, and the attachments beside it', async () => {
    const id = await storedSession('a.ts');
    expect(await parts.parts(id, [], 'src/cart.ts', 'review')).toMatchObject({
      context: [{ key: 'a.ts' }],
      invocation: { name: 'review', arguments: 'src/cart.ts', content: 'Review src/cart.ts' },
    });
  });

  it('and is not there keeps the message from being sent', async () => {
    await expect(parts.parts(await storedSession(), [], '', 'gone')).rejects.toMatchObject({ code: 'skill/not-found' });
  });
});
