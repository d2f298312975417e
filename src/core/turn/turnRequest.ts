import type { EventId } from '../session/session';
import type { TurnEdit } from './turnEdit';
import { emptyReply } from './turnState';

/** Sends a request, or sends it again. Everything that the one before still yields is stale from here on. */
export function openRequest(edit: TurnEdit, attempt: number): void {
  const { below, branchFrom } = edit.core;
  if (below === null) {
    throw new Error('A request needs the stored event that it answers');
  }
  const generation = edit.core.generation + 1;
  edit.patch({ generation, attempt, reply: emptyReply(edit.time) });
  if (attempt === 1) {
    // The row tells other windows, and the next start after a crash, that somebody works on an answer.
    edit.emit({ type: 'savePartial', below, text: '', reasoning: '' });
  }
  edit.emit({ type: 'openStream', generation, end: below, branchFrom });
  edit.startTimer('firstByte', edit.limits.firstByteMs);
  edit.enter({ phase: 'connecting' });
}

/** While a summary is being made the provider has nothing to answer yet. */
export function holdRequest(edit: TurnEdit): void {
  if (edit.in('connecting') !== undefined) {
    edit.cancelTimer('firstByte');
  }
}

/** The request leaves. Summaries stored meanwhile stand behind what is asked, so the answer hangs below them. */
export function releaseRequest(edit: TurnEdit, end: EventId | null): void {
  if (edit.in('connecting') === undefined) {
    return;
  }
  if (end !== null) {
    edit.patch({ below: end, branchFrom: null });
    edit.emit({ type: 'savePartial', below: end, text: '', reasoning: '' });
    edit.publish();
  }
  edit.startTimer('firstByte', edit.limits.firstByteMs);
}
