import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { trashKeptMs } from '../../../../src/core/session/cleaning';
import type { SessionsChange } from '../../../../src/core/session/sessionChanges';
import type { StoredEvent } from '../../../../src/core/session/sessionEvent';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import { answer, contextItem, newSessionId, sessionRecord, userMessage } from '../../../support/builders';
import {
  announcedBy,
  launchManager,
  openTempStore,
  startSessionIn,
  type TempStore,
} from '../../../support/storeFixture';

let store: TempStore;
let manager: SessionManager;
let id: SessionId;

beforeEach(async () => {
  store = await openTempStore();
  manager = launchManager(store);
  id = newSessionId();
});
afterEach(() => store.dispose());

const changesOf = (task: () => Promise<unknown>): Promise<readonly SessionsChange[]> => announcedBy(manager, task);
const startSession = (message?: string): Promise<SessionId> => startSessionIn(manager, message);

const typesOf = (events: readonly StoredEvent[]) => events.map(({ body }) => body.type);

describe('what is attached', () => {
  it('is stored, listed, removed, and announced with the row as it is', async () => {
    const started = await startSession();
    const item = contextItem('src/cart.ts');
    const session = await manager.get(started);
    const put = await changesOf(() => manager.putContext(started, [item]));
    expect(put).toEqual([{ kind: 'changed', ids: [started], sessions: [session], context: true }]);
    expect(await manager.listContext(started)).toEqual([item]);
    expect(await changesOf(() => manager.removeContext(started, [item]))).toEqual(put);
    expect(await manager.listContext(started)).toEqual([]);
  });

  it('needs a session, and announces nothing without one', async () => {
    const changes = await changesOf(async () => {
      await expect(manager.putContext(id, [contextItem('a')])).rejects.toMatchObject({ code: 'session/not-found' });
      await manager.removeContext(id, [contextItem('a')]);
    });
    expect(changes).toEqual([]);
  });
});

describe('whole sessions', () => {
  it('are read, and refused for an unknown id', async () => {
    const started = await startSession();
    const record = await manager.readRecord(started);
    expect(record).toMatchObject({ session: { id: started }, events: [{ seq: 1, type: 'user_message' }] });
    await expect(manager.readRecord(id)).rejects.toMatchObject({ code: 'session/not-found' });
  });

  it('are imported and announced together with the session that they replace', async () => {
    const started = await startSession();
    const record = sessionRecord();
    const changes = await changesOf(() => manager.importRecord(record, { replaces: started }));
    expect(changes).toMatchObject([
      {
        kind: 'changed',
        ids: [record.session.id, started],
        sessions: [{ title: 'Cart bug', deletedAt: null }, { deletedAt: store.clock.time }],
      },
    ]);
    expect(await changesOf(() => manager.importRecord(sessionRecord()))).toMatchObject([{ sessions: [{}] }]);
    await expect(manager.importRecord(record)).rejects.toMatchObject({ code: 'argument/invalid' });
  });

  it('go on where they ended, behind the mark of a new invocation', async () => {
    const record = sessionRecord();
    const imported = await manager.importRecord(record);
    await manager.appendUserMessage(imported.id, userMessage('On'));
    expect(typesOf(await manager.loadBranch(imported.id))).toEqual([
      'user_message',
      'text',
      'system_context',
      'user_message',
    ]);
  });

  it('are measured', async () => {
    const started = await startSession('x'.repeat(1000));
    expect((await manager.sizesOf([started])).get(started)).toBe('{"content":""}'.length + 1000);
    expect(await manager.sizesOf()).toEqual(await manager.sizesOf([started]));
    expect(await manager.storage()).toMatchObject({ path: store.path });
  });
});

describe('emptying the trash', () => {
  it('removes what has been there for longer than asked, or everything, and announces it', async () => {
    const [old, fresh, kept] = [await startSession(), await startSession(), await startSession()];
    await manager.moveToTrash([old]);
    store.clock.advance(trashKeptMs);
    await manager.moveToTrash([fresh]);
    expect(await manager.emptyTrash(trashKeptMs)).toEqual([]);
    store.clock.advance(1);
    const changes = await changesOf(async () => {
      expect(await manager.emptyTrash(trashKeptMs)).toEqual([old]);
    });
    expect(changes).toEqual([{ kind: 'deleted', ids: [old], sessions: [] }]);
    expect(await manager.emptyTrash()).toEqual([fresh]);
    expect((await manager.list({ states: ['active', 'archived', 'deleted'], limit: 9 })).map((s) => s.id)).toEqual([
      kept,
    ]);
  });

  it('announces nothing when there is nothing in it', async () => {
    expect(await changesOf(() => manager.emptyTrash())).toEqual([]);
  });

  it('leaves a session alone that was restored meanwhile', async () => {
    const started = await startSession();
    await manager.moveToTrash([started]);
    const [, deleted] = await Promise.all([manager.restore([started]), manager.emptyTrash()]);
    expect(deleted).toEqual([]);
    await manager.append(started, [answer('Still here')]);
    expect(await manager.get(started)).toMatchObject({ deletedAt: null, preview: 'Still here' });
  });
});
