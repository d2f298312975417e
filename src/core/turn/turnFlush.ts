import type { TurnEdit } from './turnEdit';

/**
 * Sends what waits to the disk unless an append is under way. One at a time keeps the order,
 * and whatever gathers meanwhile goes together.
 */
export function flush(edit: TurnEdit): void {
  const { storing, queued, branchFrom } = edit.core;
  if (storing !== null || queued.length === 0) {
    return;
  }
  edit.patch({ storing: queued, queued: [] });
  const ending = edit.in('finishing');
  edit.emit({
    type: 'append',
    events: queued,
    kind: ending === undefined ? 'answer' : 'end',
    turnStatus: ending?.status ?? 'running',
    parent: branchFrom,
    // Only these hold the text of the partial reply; results of tools come after it.
    clearDraft: ending !== undefined || queued.some((event) => event.body.type === 'tool_call'),
  });
}
