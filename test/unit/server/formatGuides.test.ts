import { describe, expect, it } from 'vitest';
import {
  fieldAt,
  fieldsIn,
  likelyVersion,
  type CheckpointField,
  type CheckpointVersion,
} from '../../../src/core/checkpoint/checkpointFields';
import { eventGuideOf, eventGuides } from '../../../src/core/checkpoint/eventGuide';
import type { SourcePath } from '../../../src/core/checkpoint/sourceTree';
import type { EventBodyOf, EventType } from '../../../src/core/session/sessionEvent';
import { encodeEventBody } from '../../../src/core/session/sessionEventCodec';
import { atmosJson, checkpoint, ownYaml } from './served';

/** Each type of event with all that it can hold. */
const whole: { readonly [T in EventType]: Required<EventBodyOf<T>> } = {
  user_message: { type: 'user_message', content: 'a', context: [] },
  text: { type: 'text', content: 'a', finish: 'failed', error: { code: 'internal', args: {} }, providerState: {} },
  reasoning: { type: 'reasoning', content: 'a', providerState: {} },
  tool_call: { type: 'tool_call', id: 'a', name: 'b', input: {}, providerState: {} },
  tool_result: { type: 'tool_result', toolUseId: 'a', content: 'b', isError: false },
  out_of_band_output: { type: 'out_of_band_output', name: 'a', command: null, content: 'b' },
  system_context: { type: 'system_context', content: 'a' },
  skill_invocation: { type: 'skill_invocation', name: 'a', arguments: null, content: 'b', context: [] },
  compaction: {
    type: 'compaction',
    summary: 'a',
    fromSeq: 1,
    toSeq: 2,
    tokensBefore: 3,
    tokensAfter: 1,
    model: 'm',
    messages: 2,
    method: 'model',
  },
  compaction_undone: { type: 'compaction_undone', compactionId: 'a' },
  model_changed: { type: 'model_changed', from: null, to: { provider: 'a', model: 'b' } },
  skill_changed: { type: 'skill_changed', from: null, to: null },
  title_changed: { type: 'title_changed', from: 'a', to: 'b' },
};

describe('the guide to events', () => {
  it.each(Object.values(whole))('explains every field of $type and no other', (body) => {
    const data = JSON.parse(encodeEventBody(body).data) as object;
    expect(Object.keys(eventGuides[body.type].fields).sort()).toEqual(Object.keys(data).sort());
  });

  it.each(['thinking', 'constructor', '__proto__', 7, undefined])('knows nothing of %s', (type) => {
    expect(eventGuideOf(type)).toBeUndefined();
  });
});

function everyField(version: CheckpointVersion, path: SourcePath = []): readonly CheckpointField[] {
  return fieldsIn(version, path).flatMap((field) => {
    const inner = [...path, field.name];
    return [field, ...everyField(version, inner), ...everyField(version, [...inner, 0])];
  });
}

describe('the guide to the format', () => {
  it.each(['1.0', '2.0'] as const)('explains every field of %s', (version) => {
    const fields = everyField(version);
    expect(fields.length).toBeGreaterThan(15);
    expect(fields.filter(({ description }) => description === '')).toEqual([]);
  });

  it('tells what a field takes', () => {
    expect(fieldAt('1.0', ['messages', 3, 'role'])).toMatchObject({
      required: true,
      kind: 'text',
      values: ['user', 'assistant', 'system'],
      isTime: false,
    });
    expect(fieldAt('1.0', ['messages', 3, 'created_at'])).toMatchObject({ required: false, values: [], isTime: true });
    expect(fieldAt('2.0', ['version'])).toMatchObject({ required: true, values: ['2.0'] });
    expect(fieldAt('2.0', ['session', 'pinned'])?.kind).toBe('boolean');
    expect(fieldAt('2.0', ['statistics', 'event_count'])?.kind).toBe('number');
    expect(fieldAt('2.0', ['events'])?.kind).toBe('list');
    expect(fieldAt('2.0', ['events', 0, 'data'])?.kind).toBe('any');
  });

  it.each([[[]], [['nothing']], [['events', 0]], [['events', 'id']], [['session', 0]], [['constructor', 'name']]])(
    'knows no field at %j',
    (path) => {
      expect(fieldAt('2.0', path)).toBeUndefined();
    },
  );

  it.each([
    ['what is written', checkpoint('yaml', ownYaml), '2.0'],
    ['what is written in a broken text', checkpoint('json', '{"version": "1.0", "messages": ['), '1.0'],
    ['the messages', checkpoint('json', atmosJson.replace('"1.0"', '"0.9"')), '1.0'],
    ['nothing at all', checkpoint('json', ''), '2.0'],
  ] as const)('guesses the version by %s', (_, file, version) => {
    expect(likelyVersion(file.parsed.source)).toBe(version);
  });
});
