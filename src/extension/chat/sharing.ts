import type { ModelRef } from '../../core/session/session';
import type { ModelStatus } from '../../protocol/chatProtocol';
import type { StoreHost } from '../platform/storeHost';
import type { ChatModels } from './chatPorts';
import type { Conversation } from './conversation';

export interface SharingDeps {
  readonly store: Pick<StoreHost, 'manager'>;
  readonly models: Pick<ChatModels, 'providerLabel'>;
}

/** The last answer is among the newest events, behind it at most the tools and notes of one turn. */
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
  const { events } = await (await store.manager()).loadPage(session.id, eventsToLookAt);
  const last = events.findLast((event) => event.provider !== undefined)?.provider;
  return last === undefined || last === next.provider
    ? null
    : { from: models.providerLabel(last), to: models.providerLabel(next.provider) };
}
