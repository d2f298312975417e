import type { ContextItem } from '../../core/session/contextItem';
import type { StoreHost } from '../platform/storeHost';
import type { Conversation } from './conversation';

/** What is attached to a conversation, also to one without a row. */
export async function attachedTo(
  { id, session, attached }: Conversation,
  store: Pick<StoreHost, 'manager'>,
): Promise<readonly ContextItem[]> {
  return session === null ? attached : (await store.manager()).listContext(id);
}
