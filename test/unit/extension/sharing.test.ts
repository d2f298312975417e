import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelRef, SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { freshConversation, storedConversation } from '../../../src/extension/chat/conversation';
import { findSharing } from '../../../src/extension/chat/sharing';
import { answer, newEvent, newSession, newSessionId, testKey, userMessage } from '../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../support/storeFixture';

const alpha: ModelRef = { provider: 'alpha', model: 'a-1' };
const beta: ModelRef = { provider: 'beta', model: 'b-1' };
const fromAlphaToBeta = { from: 'ALPHA', to: 'BETA' };

let store: TempStore;
let manager: SessionManager;
let id: SessionId;

beforeEach(async () => {
  store = await openTempStore();
  manager = launchManager(store);
  id = newSessionId();
  manager.prepareSession(id, newSession());
});
afterEach(() => store.dispose());

const deps = () => ({
  store: { manager: () => Promise.resolve(manager) },
  models: { providerLabel: (provider: string) => provider.toUpperCase() },
});
/** What is said before the next message, when that model would answer it. */
const sharing = async (next: ModelRef | null) =>
  findSharing(deps(), storedConversation(await manager.get(id), null), next);

async function askOf({ provider, model }: ModelRef): Promise<void> {
  await manager.appendUserMessage(id, userMessage());
  await manager.append(id, [answer('Noted.', { provider, model })], { model: { provider, model } });
}

describe('before a message that another provider will answer', () => {
  it('both are named, after a choice in the middle of a session as after a resume', async () => {
    await askOf(alpha);
    await manager.setModel(id, beta);
    expect(await sharing(beta)).toEqual(fromAlphaToBeta);
    manager = launchManager(store, { service: await store.reopen() });
    expect(await sharing(beta)).toEqual(fromAlphaToBeta);
  });

  it('nothing is said for another model of the same provider, nor once the other one has answered', async () => {
    await askOf(alpha);
    expect(await sharing({ provider: 'alpha', model: 'a-2' })).toBeNull();
    await askOf(beta);
    expect(await sharing(beta)).toBeNull();
    expect(await sharing(alpha)).toEqual({ from: 'BETA', to: 'ALPHA' });
  });

  it('nothing is said without a model, before anybody answered, and while an answer is on its way', async () => {
    expect(await findSharing(deps(), freshConversation(id, testKey, null), beta)).toBeNull();
    await manager.appendUserMessage(id, userMessage());
    expect(await sharing(beta)).toBeNull();
    await askOf(alpha);
    expect(await sharing(null)).toBeNull();
    await manager.append(id, [], { turnStatus: 'running' });
    expect(await sharing(beta)).toBeNull();
  });

  it('an answer is found behind any number of notes, and also where a summary stands for it', async () => {
    await askOf(alpha);
    const summary = {
      type: 'compaction',
      summary: 'S',
      fromSeq: 1,
      toSeq: 2,
      tokensBefore: 9,
      tokensAfter: 1,
    } as const;
    await manager.append(
      id,
      Array.from({ length: 170 }, () => newEvent(summary)),
    );
    expect(await sharing(beta)).toEqual(fromAlphaToBeta);
  });
});
