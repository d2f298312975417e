import type { ContextItem, ContextKey } from '../../core/session/contextItem';
import type { StoreHost } from '../platform/storeHost';
import { attachedTo } from './attachedTo';
import type { ChatAttachments } from './chatPorts';
import type { Conversation } from './conversation';
import type { ShownConversation } from './shownConversation';
import type { ViewMemoryStore } from './viewMemoryStore';

export interface ConversationContextDeps {
  readonly store: StoreHost;
  readonly shown: ShownConversation;
  readonly attachments: ChatAttachments;
  readonly memory: Pick<ViewMemoryStore, 'setUnsavedContext'>;
  readonly conversation: () => Promise<Conversation>;
}

/** The attachments of the conversation shown: kept with its row, or until it has one with the conversation itself. */
export class ConversationContext {
  constructor(private readonly deps: ConversationContextDeps) {}

  /** Oldest first. */
  async list(): Promise<readonly ContextItem[]> {
    return attachedTo(await this.deps.conversation(), this.deps.store);
  }

  /** Adds items; one of the same type and key takes the place of the one before. */
  async put(items: readonly ContextItem[]): Promise<void> {
    const conversation = await this.deps.conversation();
    if (conversation.session === null) {
      await this.keep(conversation, (attached) => [
        ...attached.map((old) => items.find((item) => isSame(item, old)) ?? old),
        ...items.filter((item) => !attached.some((old) => isSame(item, old))),
      ]);
    } else {
      await (await this.deps.store.manager()).putContext(conversation.id, items);
    }
    await this.publish();
  }

  async remove(key: ContextKey): Promise<void> {
    const conversation = await this.deps.conversation();
    if (conversation.session === null) {
      await this.keep(conversation, (attached) => attached.filter((item) => !isSame(item, key)));
    } else {
      await (await this.deps.store.manager()).removeContext(conversation.id, [key]);
    }
    await this.publish();
  }

  /** Shows the view what is attached now. */
  async publish(): Promise<void> {
    const { shown, attachments } = this.deps;
    const { current } = shown;
    if (current !== undefined) {
      const context = await attachments.chips(await attachedTo(current, this.deps.store));
      if (shown.current?.id === current.id) {
        shown.publisher.notify('context/updated', { context });
      }
    }
  }

  private async keep(
    conversation: Conversation,
    change: (attached: readonly ContextItem[]) => readonly ContextItem[],
  ): Promise<void> {
    const { shown, memory } = this.deps;
    if (shown.current?.id === conversation.id) {
      const attached = change(shown.current.attached);
      shown.replace({ ...shown.current, attached });
      await memory.setUnsavedContext(attached);
    }
  }
}

function isSame(a: ContextKey, b: ContextKey): boolean {
  return a.type === b.type && a.key === b.key;
}
