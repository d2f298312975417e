import type { IdGenerator } from '../base/ports';
import { toEventId, type EventId, type ModelRef, type TurnId } from '../session/session';
import type { NewEvent } from '../session/sessionEvent';
import type { DraftEvent } from './turnState';

/** Makes the events that a turn stores; one that is tried again keeps its id. */
export class TurnEvents {
  private readonly eventIds = new Map<number, EventId>();

  constructor(
    private readonly ids: IdGenerator,
    private readonly turnId: TurnId,
    private readonly model: ModelRef,
  ) {}

  /** `skill` is the one that held when the model was asked. */
  toNewEvent({ key, body, usage, durationMs }: DraftEvent, skill: string | null): NewEvent {
    const id = this.eventIds.get(key) ?? toEventId(this.ids.next());
    this.eventIds.set(key, id);
    const byModel = body.type === 'text' || body.type === 'reasoning' || body.type === 'tool_call';
    return {
      id,
      body,
      turnId: this.turnId,
      ...(byModel ? { ...this.model, ...(skill === null ? {} : { skill }) } : {}),
      ...(usage === undefined || !byModel ? {} : { usage }),
      ...(durationMs === undefined || !byModel ? {} : { durationMs }),
    };
  }
}
