import {
  toSummary,
  type EventId,
  type ModelRef,
  type Session,
  type SessionId,
  type SessionSummary,
  type WorkspaceKey,
} from '../../core/session/session';
import type { ContextItem } from '../../core/session/contextItem';
import type { ResumeNotice } from '../../core/session/resumePolicy';

/** What the chat shows: a stored session, or one that gets its row with its first message. */
export interface Conversation {
  readonly id: SessionId;
  readonly key: WorkspaceKey;
  /** Null until the first event is stored. */
  readonly session: Session | null;
  /** The conversation whose place this one took unasked: what is being typed there goes on here. */
  readonly takesOver?: SessionId;
  /** That one had no row, so that its draft was kept as that of the unsaved conversation. */
  readonly takesUnsaved?: true;
  /** Only after an automatic resume, until the view is rebuilt or the person writes. */
  readonly notice: ResumeNotice | null;
  /** Chosen before there is a row to keep it in. */
  readonly chosenModel: ModelRef | null;
  readonly chosenTitle: string | null;
  readonly chosenSkill: string | null;
  /** Attached before there is a row to keep it in. */
  readonly attached: readonly ContextItem[];
}

const nothingChosen = { notice: null, chosenModel: null, chosenTitle: null, chosenSkill: null, attached: [] };

export function freshConversation(id: SessionId, key: WorkspaceKey, chosenSkill: string | null): Conversation {
  return { ...nothingChosen, id, key, session: null, chosenSkill };
}

export function storedConversation(session: Session, notice: ResumeNotice | null): Conversation {
  const key = { directory: session.directory, gitRoot: session.gitRoot };
  return { ...nothingChosen, id: session.id, key, session, notice };
}

export function modelOf(conversation: Conversation): ModelRef | null {
  const { session, chosenModel } = conversation;
  return session?.provider != null && session.model !== null
    ? { provider: session.provider, model: session.model }
    : chosenModel;
}

export function skillOf({ session, chosenSkill }: Conversation): string | null {
  return session === null ? chosenSkill : session.skill;
}

export function headOf(conversation: Conversation): EventId | null {
  return conversation.session?.headId ?? null;
}

/** A summary also of what has no row yet, so that callers need not know the difference. */
export function summaryOf(conversation: Conversation, now: number): SessionSummary {
  if (conversation.session !== null) {
    return toSummary(conversation.session);
  }
  return {
    id: conversation.id,
    title: conversation.chosenTitle ?? '',
    ...conversation.key,
    provider: conversation.chosenModel?.provider ?? null,
    model: conversation.chosenModel?.model ?? null,
    skill: conversation.chosenSkill,
    messageCount: 0,
    createdAt: now,
    updatedAt: now,
    pinned: false,
    archivedAt: null,
    deletedAt: null,
    endedAt: null,
  };
}
