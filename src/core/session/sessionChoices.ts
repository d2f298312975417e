import { AppError } from '../base/errors';
import { requireSession } from './requireSession';
import type { ModelRef, Session, SessionId } from './session';
import type { EventBody } from './sessionEvent';
import type { SessionLog } from './sessionLog';
import type { NewSession, SessionService } from './sessionService';
import { requireTitle } from './sessionTitle';

/** What a person chooses for a session, each choice a note in its log and a column of its row. */
export class SessionChoices {
  constructor(
    private readonly service: SessionService,
    private readonly log: SessionLog,
  ) {}

  /** See `SessionManager.create`. */
  async create(id: SessionId, session: NewSession, model: ModelRef | undefined): Promise<Session> {
    const notes = notesOf(session, model).map((body) => this.log.newEvent(body));
    if (notes.length === 0) {
      throw new AppError('session/invalid-title');
    }
    if ((await this.service.get(id)) !== undefined) {
      throw new AppError('argument/invalid', { args: { name: 'id', reason: 'there is a session with this id' } });
    }
    const draft = this.log.prepare(id, session);
    try {
      await this.log.append(id, notes, model === undefined ? {} : { model });
    } catch (error) {
      draft.dispose();
      throw error;
    }
    return requireSession(this.service, id);
  }

  /** See `SessionManager.setModel`. */
  async setModel(id: SessionId, model: ModelRef): Promise<Session> {
    const session = await requireSession(this.service, id);
    const from =
      session.provider !== null && session.model !== null ? { provider: session.provider, model: session.model } : null;
    if (from?.provider === model.provider && from.model === model.model) {
      return session;
    }
    await this.log.append(id, [this.log.newEvent({ type: 'model_changed', from, to: model })], { model });
    return requireSession(this.service, id);
  }

  /** See `SessionManager.setSkill`. */
  async setSkill(id: SessionId, skill: string | null): Promise<Session> {
    const session = await requireSession(this.service, id);
    if (session.skill === skill) {
      return session;
    }
    await this.log.append(id, [this.log.newEvent({ type: 'skill_changed', from: session.skill, to: skill })], {
      skill,
    });
    return requireSession(this.service, id);
  }
}

function notesOf({ title, skill }: NewSession, model: ModelRef | undefined): readonly EventBody[] {
  return [
    ...(title === undefined ? [] : [{ type: 'title_changed', from: '', to: requireTitle(title) } as const]),
    ...(model === undefined ? [] : [{ type: 'model_changed', from: null, to: model } as const]),
    ...(skill === null ? [] : [{ type: 'skill_changed', from: null, to: skill } as const]),
  ];
}
