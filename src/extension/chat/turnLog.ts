import type { TurnLog } from '../../core/turn/turnLog';
import type { StoreHost } from '../platform/storeHost';

/** The log that turns write to: whatever store is open at that moment. */
export function createTurnLog(store: StoreHost): TurnLog {
  return {
    getSession: async (id) => (await store.manager()).getSession(id),
    appendUserMessage: async (id, event, options) => (await store.manager()).appendUserMessage(id, event, options),
    append: async (id, events, options) => (await store.manager()).append(id, events, options),
    appendAt: async (id, events, head) => (await store.manager()).appendAt(id, events, head),
    savePartialReply: async (draft) => (await store.manager()).savePartialReply(draft),
    loadPage: async (id, limit, before) => (await store.manager()).loadPage(id, limit, before),
    loadBranch: async (id, end) => (await store.manager()).loadBranch(id, end),
    setServerSessionId: async (id, serverSessionId) => (await store.manager()).setServerSessionId(id, serverSessionId),
    setUsage: async (accountKey, snapshot) => (await store.manager()).setUsage(accountKey, snapshot),
  };
}
