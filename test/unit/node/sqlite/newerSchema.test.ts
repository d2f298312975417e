import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import type { NewEvent } from '../../../../src/core/session/sessionEvent';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import {
  answer,
  appendRequest,
  contextItem,
  deadOwner,
  newSession,
  newSessionId,
  partialReply,
  sessionRecord,
  userMessage,
} from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

/** Other windows of a newer version may be opened while this one has the store open. */
describe('a window whose file was migrated by a newer version', () => {
  let store: TempStore;
  let id: SessionId;
  let question: NewEvent;
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
    question = userMessage();
    await store.service.append(appendRequest(id, [question], null, { turnStatus: 'running' }));
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
  });
  afterEach(async () => {
    await store.dispose();
  });

  const tables = ['sessions', 'session_events', 'session_context', 'session_metadata', 'usage', 'partial_replies'];
  const content = async (): Promise<unknown> =>
    Promise.all([...tables, 'store_state'].map((table) => rawSql(store.path, `SELECT * FROM ${table}`)));
  const migrate = (): Promise<unknown> => rawSql(store.path, 'PRAGMA user_version = 99');

  const writes: Readonly<Record<string, (service: LocalSessionService) => Promise<unknown>>> = {
    'an event': (service) => service.append(appendRequest(id, [answer()], question.id)),
    'a first event': (service) => service.append(appendRequest(newSessionId(), [userMessage()])),
    'another status': (service) => service.append(appendRequest(id, [], question.id, { turnStatus: 'idle' })),
    'a session from a file': (service) => service.importRecord(sessionRecord(), {}),
    'a title': (service) => service.update([id], { title: 'Other' }),
    'a deletion': (service) => service.deleteForever([id]),
    'an emptied trash': (service) => service.emptyTrash(),
    'an attachment': (service) => service.putContext(id, [contextItem('a')]),
    'a removed attachment': (service) => service.removeContext(id, [{ type: 'file', key: 'a' }]),
    'a server id': (service) => service.setServerSessionId(newSessionId(), 'server', newSession()),
    'a setting': (service) => service.setMetadata(id, 'key', 'value'),
    'a usage': (service) => service.setUsage('account', { requestsRemaining: 5 }),
    'a growing reply': (service) => service.savePartialReply(partialReply(id, question.id, { beats: 1 })),
    'an interrupted reply': (service) => service.recoverInterrupted(),
    'a stop': (service) => service.askToStop(id),
    'a claim': (service) => service.claim('backup', 0),
  };

  it.each(Object.entries(writes))('does not write %s', async (_, write) => {
    await migrate();
    const before = await content();
    await expect(write(store.service)).rejects.toMatchObject({
      code: 'store/newer-schema',
      args: { path: store.path },
    });
    expect(await content()).toEqual(before);
    expect(store.service.health).toMatchObject({ kind: 'readOnly', error: { code: 'store/newer-schema' } });
  });

  it('says so too when the tables that it writes are others by now', async () => {
    await migrate();
    await rawSql(store.path, 'ALTER TABLE sessions RENAME COLUMN log_seal TO seal_of_log');
    await expect(writes['an event']?.(store.service)).rejects.toMatchObject({ code: 'store/newer-schema' });
    await rawSql(store.path, 'ALTER TABLE sessions RENAME COLUMN seal_of_log TO log_seal');
  });

  it('goes on reading', async () => {
    await migrate();
    await expect(writes['an event']?.(store.service)).rejects.toThrow();
    expect(await store.service.loadBranch(id)).toHaveLength(1);
    expect(await store.service.get(id)).toMatchObject({ id });
  });

  it('writes while the schema is its own', async () => {
    await expect(writes['an event']?.(store.service)).resolves.toMatchObject({ session: { lastSeq: 2 } });
    expect(store.service.health).toEqual({ kind: 'ok' });
  });
});
