import type { TurnLog } from '../../core/turn/turnLog';
import type { StoreHost } from '../platform/storeHost';

/** The log that turns write to: whatever store is open at that moment. All of it may run twice, as every event has its id. */
export function createTurnLog(store: StoreHost): TurnLog {
  return {
    getSession: (id) => store.use((manager) => manager.getSession(id)),
    appendUserMessage: (id, event, options) => store.use((manager) => manager.appendUserMessage(id, event, options)),
    append: (id, events, options) => store.use((manager) => manager.append(id, events, options)),
    appendAt: (id, events, head) => store.use((manager) => manager.appendAt(id, events, head)),
    savePartialReply: (draft) => store.use((manager) => manager.savePartialReply(draft)),
    keepAlive: (turn) => store.use((manager) => manager.keepAlive(turn)),
    loadPage: (id, limit, before) => store.use((manager) => manager.loadPage(id, limit, before)),
    loadBranch: (id, end) => store.use((manager) => manager.loadBranch(id, end)),
    setServerSessionId: (id, serverSessionId) =>
      store.use((manager) => manager.setServerSessionId(id, serverSessionId)),
    setUsage: (accountKey, snapshot) => store.use((manager) => manager.setUsage(accountKey, snapshot)),
  };
}
