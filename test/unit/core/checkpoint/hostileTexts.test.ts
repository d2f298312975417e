import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { checkpointMarkdown } from '../../../../src/core/checkpoint/checkpointMarkdown';
import { checkpointToRecord, recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { redactCheckpoint } from '../../../../src/core/checkpoint/checkpointRedaction';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import type { SessionRecord } from '../../../../src/core/session/sessionRecord';
import { hostilePayloads, payloadClasses } from '../../../support/hostilePayloads';
import { documentOf, recordOf, someTime } from './checkpointRecords';

/** A session in which the text stands wherever one can stand. */
function recordWith(text: string): SessionRecord {
  const named = { provider: text, model: text, skill: text };
  const error = { code: text, args: { detail: text } };
  return recordOf(
    [
      { body: { type: 'user_message', content: text } },
      { body: { type: 'system_context', content: text } },
      { body: { type: 'reasoning', content: text } },
      { body: { type: 'tool_call', id: 'c1', name: text, input: { [text]: text } }, ...named },
      { body: { type: 'tool_result', toolUseId: 'c1', content: text, isError: true } },
      { body: { type: 'skill_invocation', name: text, arguments: text, content: text } },
      { body: { type: 'text', content: text, finish: 'failed', error }, ...named },
      { body: { type: 'out_of_band_output', name: text, command: text, content: text } },
      { body: { type: 'model_changed', from: null, to: { provider: text, model: text } } },
      { body: { type: 'skill_changed', from: null, to: text } },
      { body: { type: 'title_changed', from: '', to: text } },
      { body: { type: 'compaction', summary: text, fromSeq: 1, toSeq: 2, tokensBefore: 9, tokensAfter: 1 } },
      { type: `x-${text}`, data: JSON.stringify({ [text]: text }) },
      { body: { type: 'user_message', content: 'last words' } },
    ],
    { title: text, directory: `/work/${text}`, ...named },
    { context: [{ type: 'file', key: text, value: text, createdAt: someTime }] as never },
  );
}

const reader = new MarkdownIt('default', { html: true, linkify: false });
const ourHtml = /^(?:<\/?details>|<details>\n<summary>[^<>]*<\/summary>)\n?$/;

describe.each(payloadClasses)('a hostile text of the class %s', (kind) => {
  const payloads = hostilePayloads.filter((each) => each.kind === kind);

  it('makes no HTML, no picture and no definition in a conversation that is exported as Markdown', () => {
    for (const { name, text } of payloads) {
      const env: { references?: Record<string, { href: string; title: string }> } = {};
      const markdown = checkpointMarkdown(recordWith(text), { exportedAt: someTime, context: true });
      const tokens = reader.parse(markdown, env).flatMap((token) => [token, ...(token.children ?? [])]);
      const html = tokens.filter(({ type }) => type.startsWith('html'));
      expect(
        html.map(({ content }) => content).filter((content) => !ourHtml.test(content)),
        name,
      ).toEqual([]);
      expect(html.filter(({ content }) => content.startsWith('<details>')).length, name).toBe(html.length / 2);
      expect(tokens.filter(({ type }) => type === 'image').length, name).toBe(0);
      expect(Object.keys(env.references ?? {}), name).toEqual([]);
      expect(tokens.findLast(({ type }) => type === 'text')?.content, name).toBe('last words');
    }
  });

  it.each(['json', 'yaml'] as const)('comes through %s as it is, and changes nothing around it', (syntax) => {
    for (const { name, text } of payloads) {
      const record = recordWith(text);
      const written = writeCheckpoint(recordToCheckpoint(record), syntax);
      expect(checkpointToRecord(documentOf(written, syntax)).events, name).toEqual(record.events);
    }
    expect('polluted' in {}).toBe(false);
  });

  it('is redacted in a time that is fit for its length, and stays what a checkpoint may hold', () => {
    for (const { name, text } of payloads) {
      const { checkpoint } = redactCheckpoint(recordToCheckpoint(recordWith(text)), {
        userName: 'mira',
        homeFolder: '/home/mira',
        redact: { userName: true, paths: true, secrets: true },
      });
      expect(documentOf(writeCheckpoint(checkpoint, 'json'), 'json').events.length, name).toBe(14);
    }
  });
});
