import { describe, expect, it } from 'vitest';
import type { StoredBody, StoredEvent } from '../../../src/core/session/sessionEvent';
import { cutEvents, cutTurn, maxEventLength } from '../../../src/extension/chat/viewCuts';
import { LogBuilder, turn } from '../../webview/support/conversation';

const cutOne = (body: StoredBody): StoredEvent => {
  const [event] = cutEvents([new LogBuilder().add(body)]);
  if (event === undefined) {
    throw new Error('The event is gone');
  }
  return event;
};
const long = 'x'.repeat(maxEventLength);
const tooLong = `${long}${'y'.repeat(12_345)}`;
const bytes = (events: readonly StoredEvent[]): number => Buffer.byteLength(JSON.stringify(events));

describe('what a view gets of an event', () => {
  it('is all of it up to the limit', () => {
    const log = new LogBuilder();
    log.user('Hello');
    log.text(long);
    expect(cutEvents(log.events)).toEqual(log.events);
  });

  it.each<[string, StoredBody]>([
    ['a message', { type: 'user_message', content: tooLong }],
    ['an answer', { type: 'text', content: tooLong, finish: 'completed' }],
    ['reasoning', { type: 'reasoning', content: tooLong }],
    ['a result', { type: 'tool_result', toolUseId: 'c', content: tooLong, isError: false }],
    ['output', { type: 'out_of_band_output', name: 'make', command: null, content: tooLong }],
    ['a skill', { type: 'skill_invocation', name: 'review', arguments: null, content: tooLong }],
  ])('is the beginning of %s that is longer, with how much is missing', (_name, body) => {
    const event = cutOne(body);
    expect(event.body).toEqual({ ...body, content: long });
    expect(event.cut).toBe(12_345);
  });

  it('is the written form of an input that is longer', () => {
    const input = { code: tooLong, lines: [1, 2] };
    const event = cutOne({ type: 'tool_call', id: 'c', name: 'run', input });
    const written = JSON.stringify(input, null, 2);
    expect(event.body).toMatchObject({ input: written.slice(0, maxEventLength) });
    expect(event.cut).toBe(written.length - maxEventLength);
  });

  it('shares the room between what was typed behind a skill and what it came to', () => {
    const event = cutOne({ type: 'skill_invocation', name: 'review', arguments: tooLong, content: 'abc' });
    expect(event.body).toMatchObject({ arguments: long, content: '' });
    expect(event.cut).toBe(12_348);
  });

  it('never ends within a character', () => {
    const event = cutOne({ type: 'user_message', content: `${'x'.repeat(maxEventLength - 1)}😀 and more` });
    expect(event.body).toMatchObject({ content: 'x'.repeat(maxEventLength - 1) });
    expect(event.cut).toBe('😀 and more'.length);
  });

  it('has nothing in it that no view shows', () => {
    const log = new LogBuilder();
    const secret = 'canary'.repeat(10);
    log.add({ type: 'system_context', content: secret });
    log.add({
      type: 'user_message',
      content: 'Look',
      context: [{ type: 'file', key: 'a.ts', value: secret, changed: true }],
    });
    log.add({ type: 'text', content: 'Done', finish: 'completed', providerState: { signature: secret } });
    log.add({ type: 'opaque', eventType: 'later', data: secret });
    log.add({ type: 'damaged', eventType: 'text', data: secret, reason: 'No JSON' });
    const cut = cutEvents(log.events);
    expect(JSON.stringify(cut)).not.toContain('canary');
    expect(cut[1]?.body).toMatchObject({ context: [{ type: 'file', key: 'a.ts', changed: true }] });
    expect(cut.map((event) => event.cut)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('is bounded for a page of a hundred events of ten million characters each, the newest first', () => {
    const log = new LogBuilder();
    const giant = 'z'.repeat(10_000_000);
    for (let index = 0; index < 100; index += 1) {
      log.text(giant);
    }
    const cut = cutEvents(log.events);
    expect(bytes(cut)).toBeLessThan(4_500_000);
    expect(cut.map(({ id }) => id)).toEqual(log.events.map(({ id }) => id));
    const lengths = cut.map(({ body }) => (body.type === 'text' ? body.content.length : 0));
    expect([lengths[0], lengths.at(-1)]).toEqual([20_000, maxEventLength]);
    expect(cut.every((event, index) => event.cut === giant.length - (lengths[index] ?? 0))).toBe(true);
  });
});

describe('what a view gets of a growing answer', () => {
  it('is all of it, or the end of one that is shown from its end', () => {
    const short = turn({ text: long });
    expect(cutTurn(short)).toBe(short);
    const cut = cutTurn(turn({ text: `${'a'.repeat(8_000_000)}the end`, reasoning: 'why' }));
    expect(cut.text).toHaveLength(500_000);
    expect(cut.text.endsWith('the end')).toBe(true);
    expect(cut.reasoning).toBe('why');
  });
});
