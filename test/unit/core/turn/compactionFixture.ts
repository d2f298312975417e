import { v7 as uuid } from 'uuid';
import { expect } from 'vitest';
import { toEventId } from '../../../../src/core/session/session';
import type { EventBody, EventBodyOf, NewEvent, StoredEvent } from '../../../../src/core/session/sessionEvent';
import type { CompactionProgress } from '../../../../src/core/turn/compactionView';
import type { TurnRunnerDeps } from '../../../../src/core/turn/turnRunnerDeps';
import { TurnFixture } from './turnFixture';
import { WindowedModel } from './windowedModel';

export const filler = 'Please look at the order of the rows again. ';

/** A message of the person or an answer with some words. */
export const question = (content: string): EventBody => ({ type: 'user_message', content });
export const reply = (content: string): EventBody => ({ type: 'text', content, finish: 'completed' });

/** So many questions with their answers, about 60 estimated tokens each pair. */
export const exchanges = (count: number, words = filler.repeat(2)): readonly EventBody[] =>
  Array.from({ length: count }, (_, index) => [
    question(`Question ${index + 1}. ${words}`),
    reply(`Answer ${index + 1}. ${words}`),
  ]).flat();

/** Turns with a model of a small window, on a real store in a file. */
export async function openCompaction(
  window: number,
  overrides: Partial<TurnRunnerDeps> = {},
): Promise<{ readonly turns: TurnFixture; readonly model: WindowedModel }> {
  const turns = await TurnFixture.open(overrides);
  const model = new WindowedModel(window);
  turns.use(model);
  turns.info = model.info;
  return { turns, model };
}

/** Stores what was said before the test begins. */
export async function seed(turns: TurnFixture, bodies: readonly EventBody[]): Promise<readonly StoredEvent[]> {
  const events = bodies.map((body): NewEvent => ({ id: toEventId(uuid()), body }));
  return turns.manager.append(turns.sessionId, events);
}

export async function compactionsOf(turns: TurnFixture): Promise<readonly EventBodyOf<'compaction'>[]> {
  return (await turns.bodies()).flatMap((body) => (body.type === 'compaction' ? [body] : []));
}

/** The stages that were told, without what came before. */
export const stagesOf = (turns: TurnFixture): readonly string[] =>
  turns.progress.map((progress) => progress?.stage ?? 'nothing');

/** Resolves with what was told of a compaction when it has come to the stage. */
export async function untilStage(turns: TurnFixture, stage: CompactionProgress['stage']): Promise<CompactionProgress> {
  await expect.poll(() => turns.compactor.progressOf(turns.sessionId)?.stage).toBe(stage);
  const progress = turns.compactor.progressOf(turns.sessionId);
  if (progress === null) {
    throw new Error('Nothing is told any more');
  }
  return progress;
}
