import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { checkpointMarkdown } from '../../../../src/core/checkpoint/checkpointMarkdown';
import { recordOf, someTime } from './checkpointRecords';

const exportedAt = Date.UTC(2026, 10, 21, 10, 0, 0);
const options = { exportedAt, context: false };

const conversation = recordOf(
  [
    { body: { type: 'user_message', content: 'Why does the cart go stale?' } },
    { body: { type: 'reasoning', content: 'Look at the memo.' } },
    { body: { type: 'tool_call', id: 'c1', name: 'read_file', input: { path: 'src/cart.ts' } } },
    { body: { type: 'tool_result', toolUseId: 'c1', content: 'a ``` fence\n```\nin a file', isError: false } },
    {
      body: { type: 'text', content: 'The **memo key** ignores the coupon.', finish: 'completed' },
      provider: 'demo',
      model: 'demo-1',
      durationMs: 1_240,
      usage: JSON.stringify({ inputTokens: 400, outputTokens: 12 }),
    },
    { body: { type: 'model_changed', from: null, to: { provider: 'demo', model: 'demo-2' } } },
    { body: { type: 'user_message', content: 'Write the test.' } },
    { body: { type: 'text', content: 'Half an ans', finish: 'cancelled' } },
    {
      body: {
        type: 'compaction',
        summary: 'The cart is stale.',
        fromSeq: 1,
        toSeq: 5,
        tokensBefore: 900,
        tokensAfter: 40,
        messages: 2,
      },
    },
    { type: 'hologram', data: '{"x":1}' },
  ],
  { skill: 'review' },
);

describe('a session as Markdown', () => {
  it('reads like a conversation', () => {
    expect(checkpointMarkdown(conversation, { exportedAt, exportedBy: 'mira', context: false })).toBe(`# Stale cart

- **Exported:** 2026-11-21 10:00:00 UTC
- **Exported by:** mira
- **Provider:** demo
- **Model:** demo-1
- **Skill:** review
- **Created:** 2026-11-20 08:00:00 UTC
- **Last active:** 2026-11-20 08:09:00 UTC
- **Messages:** 4

## Statistics

- **User messages:** 2
- **Assistant messages:** 2
- **Tool calls:** 1
- **Tokens:** 412
- **Summaries:** 1

## Conversation

### Message 1 - User (summarised)

*2026-11-20 08:00:00 UTC*

Why does the cart go stale?

<details>
<summary>Reasoning</summary>

Look at the memo.

</details>

<details>
<summary>Tool call: read_file</summary>

\`\`\`
{
  "path": "src/cart.ts"
}
\`\`\`

Result:

\`\`\`\`
a \`\`\` fence
\`\`\`
in a file
\`\`\`\`

</details>

### Message 2 - Assistant (summarised)

*2026-11-20 08:04:00 UTC · demo/demo-1 · 1.2 s · 412 tokens*

The **memo key** ignores the coupon.

*Model changed to demo/demo-2*

### Message 3 - User

*2026-11-20 08:06:00 UTC*

Write the test.

### Message 4 - Assistant

*2026-11-20 08:07:00 UTC*

Half an ans

*(cancelled)*

### Summary of 2 messages

*2026-11-20 08:08:00 UTC · 900 → 40 tokens*

The cart is stale.

<details>
<summary>Entry that cannot be read: hologram</summary>

\`\`\`
{"x":1}
\`\`\`

</details>
`);
  });

  it('leaves out what is empty', () => {
    const text = checkpointMarkdown(recordOf([], { provider: null, model: null, title: '' }), options);
    expect(text).toBe(`# Untitled session

- **Exported:** 2026-11-21 10:00:00 UTC
- **Created:** 2026-11-20 08:00:00 UTC
- **Last active:** 2026-11-20 08:00:00 UTC
- **Messages:** 0
`);
  });

  it('has the context only when asked: folder, instructions, files and what is attached', () => {
    const record = recordOf(
      [{ body: { type: 'user_message', content: 'Hi' } }],
      { directory: '/work/shop' },
      {
        metadata: [
          { key: 'checkpoint.context', value: '{"project_instructions":"Small diffs."}', updatedAt: someTime },
        ],
        context: [{ type: 'file', key: 'src/cart.ts', uri: null, value: 'const a = 1;', createdAt: someTime }],
      },
    );
    expect(checkpointMarkdown(record, options)).not.toContain('## Context');
    const text = checkpointMarkdown(record, { exportedAt, context: true });
    for (const part of ['**Working directory:** /work/shop', 'Small diffs.', '- src/cart.ts', 'const a = 1;']) {
      expect(text).toContain(part);
    }
  });

  it('marks no message whose summary was taken back', () => {
    const record = recordOf([
      { body: { type: 'user_message', content: 'a' } },
      { body: { type: 'compaction', summary: 'S', fromSeq: 1, toSeq: 1, tokensBefore: 9, tokensAfter: 1 } },
      { body: { type: 'compaction_undone', compactionId: 'event-2' } },
    ]);
    const text = checkpointMarkdown(record, options);
    expect(text).toContain('taken back');
    expect(text).not.toContain('(summarised)');
  });

  it('lets nothing that was said or done break out of its place', () => {
    const evil =
      '</details>\n</summary>\n````\n\n# Owned\n\n<script>alert(1)</script>\n[x]: https://example.com\n```\n';
    const record = recordOf(
      [
        { body: { type: 'user_message', content: evil } },
        { body: { type: 'text', content: evil, finish: 'failed', error: { code: '<b>', args: {} } }, model: evil },
        { body: { type: 'reasoning', content: evil } },
        { body: { type: 'tool_call', id: 'c', name: evil, input: evil } },
        { body: { type: 'tool_result', toolUseId: 'c', content: evil, isError: true } },
        { body: { type: 'tool_result', toolUseId: 'orphan', content: evil, isError: false } },
        { body: { type: 'out_of_band_output', name: evil, command: evil, content: evil } },
        { body: { type: 'skill_invocation', name: evil, arguments: evil, content: evil } },
        { body: { type: 'compaction', summary: evil, fromSeq: 1, toSeq: 2, tokensBefore: 9, tokensAfter: 1 } },
        { body: { type: 'title_changed', from: evil, to: evil } },
        { body: { type: 'skill_changed', from: evil, to: evil } },
        { type: evil, data: evil },
      ],
      { title: evil, provider: evil, model: evil, skill: evil },
      { context: [{ type: 'file', key: evil, uri: null, value: evil, createdAt: someTime }] },
    );
    const reader = new MarkdownIt('default', { html: true });
    const tokens = reader.parse(checkpointMarkdown(record, { exportedAt, exportedBy: evil, context: true }), {});
    const html = tokens
      .flatMap((token) => [token, ...(token.children ?? [])])
      .filter(({ type }) => type.startsWith('html'))
      .map(({ content }) => content.replace(/<summary>[^<>]*<\/summary>/, '').trim());
    expect([...new Set(html)].sort()).toEqual(['</details>', '<details>']);
    const headings = tokens.flatMap(({ type }, index) => (type === 'heading_open' ? [tokens[index + 1]?.content] : []));
    expect(headings.filter((heading) => heading === 'Owned')).toEqual([]);
    expect(html.filter((tag) => tag === '<details>').length).toBe(html.filter((tag) => tag === '</details>').length);
  });
});
