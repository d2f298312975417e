import type { Event } from '../../core/base/event';
import type { ModelRef } from '../../core/session/session';
import type { ChatNotification, ChatNotifications, ModelStatus } from '../../protocol/chatProtocol';

/** The view as the controller sees it. Nothing is sent to one that is hidden: its next snapshot has it all. */
export interface ChatView {
  readonly visible: boolean;
  notify<N extends ChatNotification>(method: N, params: ChatNotifications[N]): void;
}

/** What the chat needs of the models. Asking for a status sends no request to any provider. */
export interface ChatModels {
  readonly onDidChangeModels: Event<void>;
  /** The model that would answer a session with this model, or a new session. */
  status(ref: ModelRef | null): Promise<ModelStatus>;
}
