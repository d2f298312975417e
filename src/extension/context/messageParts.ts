import type { ContextItem, SentContext } from '../../core/session/contextItem';
import type { SessionId } from '../../core/session/session';
import type { SessionManager } from '../../core/session/sessionManager';
import { contextToSend } from '../../core/turn/promptAttachments';
import { applyCompactions } from '../../core/turn/promptBranch';
import { loadTail } from '../../core/turn/promptTail';
import type { MessageParts } from '../chat/chatPorts';
import type { SkillRequests } from '../skills/skillRequests';
import type { Attachments } from './attachments';

export interface MessagePartsDeps {
  readonly store: {
    manager(): Promise<Pick<SessionManager, 'listContext' | 'putContext' | 'loadPage' | 'loadBranch'>>;
  };
  readonly attachments: Pick<Attachments, 'refresh'>;
  readonly skills: Pick<SkillRequests, 'invocation'>;
}

/** Puts together what goes with a message besides its text. */
export function createMessageParts({ store, attachments, skills }: MessagePartsDeps): MessageParts {
  const contextOf = async (id: SessionId, unsaved: readonly ContextItem[]): Promise<readonly SentContext[]> => {
    if (unsaved.length > 0) {
      return contextToSend(await attachments.refresh(unsaved), []);
    }
    const manager = await store.manager();
    const items = await manager.listContext(id);
    if (items.length === 0) {
      return [];
    }
    const refreshed = await attachments.refresh(items);
    const changed = refreshed.filter((item, index) => item !== items[index]);
    if (changed.length > 0) {
      await manager.putContext(id, changed);
    }
    return contextToSend(refreshed, applyCompactions(await loadTail(manager, id)));
  };
  return {
    parts: async (id, unsaved, text, skill) => {
      const [context, invocation] = await Promise.all([
        contextOf(id, unsaved),
        skill === undefined ? undefined : skills.invocation(skill, text),
      ]);
      return {
        ...(context.length === 0 ? {} : { context }),
        ...(invocation === undefined ? {} : { invocation }),
      };
    },
  };
}
