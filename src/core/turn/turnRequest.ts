import type { TurnEdit } from './turnEdit';
import { emptyReply } from './turnState';

/** Sends a request, or sends it again. Everything that the one before still yields is stale from here on. */
export function openRequest(edit: TurnEdit, attempt: number): void {
  const { below } = edit.core;
  if (below === null) {
    throw new Error('A request needs the stored event that it answers');
  }
  const generation = edit.core.generation + 1;
  edit.patch({ generation, attempt, reply: emptyReply(edit.time) });
  if (attempt === 1) {
    // The row tells other windows, and the next start after a crash, that somebody works on an answer.
    edit.emit({ type: 'savePartial', below, text: '', reasoning: '' });
  }
  edit.emit({ type: 'openStream', generation, end: below });
  edit.startTimer('firstByte', edit.limits.firstByteMs);
  edit.enter({ phase: 'connecting' });
}
