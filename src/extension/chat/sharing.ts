import type { ModelRef } from '../../core/session/session';
import { findLastProvider } from '../../core/turn/promptTail';
import type { ModelStatus } from '../../protocol/chatProtocol';
import type { StoreHost } from '../platform/storeHost';
import type { ChatModels } from './chatPorts';
import type { Conversation } from './conversation';

export interface SharingDeps {
  readonly store: Pick<StoreHost, 'manager'>;
  readonly models: Pick<ChatModels, 'providerLabel'>;
}

/** The last answer is nearly always among these; a session from a file may end with more notes than that. */
const eventsToLookAt = 50;

/** Names of two providers when the next message takes the conversation from one to the other; else null. */
export async function findSharing(
  { store, models }: SharingDeps,
  { session }: Conversation,
  next: ModelRef | null,
): Promise<ModelStatus['sharing']> {
  // A running turn has taken it there already.
  if (session === null || next === null || session.messageCount === 0 || session.turnStatus === 'running') {
    return null;
  }
  const manager = await store.manager();
  const { events } = await manager.loadPage(session.id, eventsToLookAt);
  const last = await findLastProvider(manager, session.id, events);
  return last === undefined || last === next.provider
    ? null
    : { from: models.providerLabel(last), to: models.providerLabel(next.provider) };
}
