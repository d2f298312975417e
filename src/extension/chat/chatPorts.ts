import type { Event } from '../../core/base/event';
import type { ContextItem } from '../../core/session/contextItem';
import type { ModelRef, SessionId } from '../../core/session/session';
import type { CompactionProgress } from '../../core/turn/compactionView';
import type { MessageRequest } from '../../core/turn/turnRunner';
import type { PromptMeasure } from '../../core/turn/promptMeasure';
import type {
  ChatNotification,
  ChatNotifications,
  ContextChip,
  ModelStatus,
  SkillStatus,
} from '../../protocol/chatProtocol';

/** The view as the controller sees it. Nothing is sent to one that is hidden: its next snapshot has it all. */
export interface ChatView {
  readonly visible: boolean;
  notify<N extends ChatNotification>(method: N, params: ChatNotifications[N]): void;
}

/** What the chat needs of the models. Asking for a status sends no request to any provider. */
export interface ChatModels {
  readonly onDidChangeModels: Event<void>;
  /** The model that would answer a session with this model, or a new session. */
  status(ref: ModelRef | null): Promise<Omit<ModelStatus, 'sharing'>>;
  /** Name of a provider for people; its id where it is set up no more. */
  providerLabel(id: string): string;
}

/** What the chat shows of skills. */
export interface ChatSkills {
  readonly onDidChange: Event<void>;
  /** With the skill of the session shown; the first call reads the folders of skills. */
  status(current: string | null): Promise<SkillStatus>;
  /** The same without reading anything; undefined before the first reading. */
  knownStatus(current: string | null): SkillStatus | undefined;
}

/** Puts together what goes with a message besides its text. */
export interface MessageParts {
  /**
   * Reads what is attached to the session again, where it can be read, and expands the skill. `unsaved` is what is
   * attached to a session without a row. Rejects with `skill/*` when the skill cannot be used.
   */
  parts(
    id: SessionId,
    unsaved: readonly ContextItem[],
    text: string,
    skill: string | undefined,
  ): Promise<Pick<MessageRequest, 'context' | 'invocation'>>;
}

/** What the chat shows of attachments. */
export interface ChatAttachments {
  /** Looks whether each can still be read, and changes nothing. */
  chips(items: readonly ContextItem[]): Promise<readonly ContextChip[]>;
}

/** What the chat shows of the room that the conversation takes in its model's window. */
export interface ChatCompaction {
  readonly onDidChange: Event<{ readonly sessionId: SessionId; readonly progress: CompactionProgress | null }>;
  progressOf(id: SessionId): CompactionProgress | null;
  measure(id: SessionId): Promise<PromptMeasure>;
}
