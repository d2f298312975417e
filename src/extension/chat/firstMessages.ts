import type { SessionId } from '../../core/session/session';
import type { Conversation } from './conversation';

export interface FirstMessage {
  readonly conversation: Conversation;
  /** The person began another session while the message was on its way to the disk. */
  readonly ended: boolean;
}

/**
 * Conversations whose first message is on its way to the disk. What was chosen for them before they had a row must
 * reach that row, also when another session is shown by then.
 */
export class FirstMessages {
  private readonly waiting = new Map<SessionId, FirstMessage>();
  private readonly sending = new Map<SessionId, Promise<unknown>>();

  /** Waits for the row of a conversation while its message is sent. A message that is refused leaves nothing behind. */
  async during<T>(conversation: Conversation, send: () => Promise<T>): Promise<T> {
    if (this.waiting.has(conversation.id)) {
      return send();
    }
    this.waiting.set(conversation.id, { conversation, ended: false });
    const sending = send();
    this.sending.set(conversation.id, sending);
    try {
      return await sending;
    } finally {
      this.waiting.delete(conversation.id);
      this.sending.delete(conversation.id);
    }
  }

  /** Resolves when the first message of a session is on disk or refused, at once where none is on its way. Never rejects. */
  async settled(id: SessionId): Promise<void> {
    await this.sending.get(id)?.catch(() => undefined);
  }

  find(id: SessionId): Conversation | undefined {
    return this.waiting.get(id)?.conversation;
  }

  /** Notes that the session is to be ended as soon as it has its row. */
  end(id: SessionId): void {
    const message = this.waiting.get(id);
    if (message !== undefined) {
      this.waiting.set(id, { ...message, ended: true });
    }
  }

  /** What has to be written into the row that has appeared; undefined from the second event on. */
  take(id: SessionId): FirstMessage | undefined {
    const message = this.waiting.get(id);
    this.waiting.delete(id);
    return message;
  }
}
