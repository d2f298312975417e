import { AppError } from '../../core/base/errors';
import type { Clock } from '../../core/base/ports';
import { toSummary, type ModelRef, type SessionId, type SessionSummary } from '../../core/session/session';
import { cleanTitle } from '../../core/session/sessionTitle';
import type { StoreHost } from '../platform/storeHost';
import { summaryOf, type Conversation } from './conversation';
import type { ShownConversation } from './shownConversation';

/** What a person chooses for a new session; what is absent stays as it is. */
export interface SessionChoices {
  readonly title?: string;
  readonly model?: ModelRef;
  readonly skill?: string | null;
}

export interface ConversationChoicesDeps {
  readonly store: Pick<StoreHost, 'manager'>;
  readonly shown: ShownConversation;
  readonly clock: Clock;
  readonly conversation: () => Promise<Conversation>;
  /** The view has to be told. */
  readonly onDidChoose: () => void;
}

/** Title, model and skill of the conversation shown: in its row, or until it has one with the conversation itself. */
export class ConversationChoices {
  constructor(private readonly deps: ConversationChoicesDeps) {}

  /** Renames a session, also the one shown while it has no row yet. Rejects with `session/invalid-title`. */
  async rename(id: SessionId, title: string): Promise<void> {
    const conversation = await this.deps.conversation();
    if (conversation.id !== id || conversation.session !== null) {
      await (await this.deps.store.manager()).rename(id, title);
      return;
    }
    const clean = cleanTitle(title);
    if (clean === '') {
      throw new AppError('session/invalid-title');
    }
    this.deps.shown.replace({ ...conversation, chosenTitle: clean });
    this.deps.shown.sendSnapshot();
  }

  /** Makes a model answer from here on, also in a conversation that has no row yet. */
  async setModel(ref: ModelRef): Promise<void> {
    const conversation = await this.deps.conversation();
    if (conversation.session !== null) {
      await (await this.deps.store.manager()).setModel(conversation.id, ref);
    } else {
      this.deps.shown.replace({ ...conversation, chosenModel: ref });
    }
    this.deps.onDidChoose();
  }

  /** Makes a skill hold from here on, also in a conversation that has no row yet; null for none. */
  async setSkill(skill: string | null): Promise<void> {
    const conversation = await this.deps.conversation();
    if (conversation.session !== null) {
      await (await this.deps.store.manager()).setSkill(conversation.id, skill);
    } else {
      this.deps.shown.replace({ ...conversation, chosenSkill: skill });
    }
    this.deps.onDidChoose();
  }

  /** Takes over what a person chose for the conversation shown. With a title it gets its row at once, to be found by it. */
  async configure({ title, model, skill }: SessionChoices): Promise<SessionSummary> {
    if (model !== undefined) {
      await this.setModel(model);
    }
    if (skill !== undefined) {
      await this.setSkill(skill);
    }
    const conversation = await this.deps.conversation();
    if (title === undefined) {
      return summaryOf(conversation, this.deps.clock.now());
    }
    if (conversation.session !== null) {
      return toSummary(await (await this.deps.store.manager()).rename(conversation.id, title));
    }
    const { id, key, chosenSkill, chosenModel, attached } = conversation;
    const session = await (
      await this.deps.store.manager()
    ).create(
      id,
      { key, title, skill: chosenSkill, context: attached },
      chosenModel === null ? {} : { model: chosenModel },
    );
    return toSummary(session);
  }
}
