import MarkdownIt from 'markdown-it';
import { describe, expect, it, vi } from 'vitest';
import { problemTexts } from '../../../src/extension/checkpoints/problemTexts';
import { runFeature, type FeatureContext } from '../../../src/server/features';
import type { ServedFile } from '../../../src/server/servedFile';
import { hostilePayloads, payloadClasses } from '../../support/hostilePayloads';
import { served, strings } from './served';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

const context: FeatureContext = {
  options: { problemTexts: problemTexts(), strings, knowsJsonSchema: false },
  locale: 'en',
  foldingLimit: undefined,
};
/** Control, direction, zero-width and tag characters, and halves of pairs. */
const hidden = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
const markup =
  /^(?:link_open|image|html_inline|html_block|code_inline|fence|code_block|heading_open|hr|bullet_list_open|table_open|blockquote_open)$/;
const reader = new MarkdownIt('default', { html: true, linkify: true });

/** Files that hold the text wherever one can stand, some of which are wrong for it. */
function filesWith(text: string): readonly ServedFile[] {
  const atmos = {
    version: '1.0',
    session: { name: text, provider: text, model: text, [text]: text },
    messages: [
      { role: 'user', content: text, [text]: text },
      { role: text, content: text },
    ],
    context: { files_accessed: [text] },
  };
  const event = {
    id: text,
    seq: 1,
    invocation_id: text,
    type: 'user_message',
    data: { content: text },
    created_at: text,
  };
  const own = {
    version: '2.0',
    session: { id: text, title: text, title_source: text, head_id: text, turn_status: text },
    events: [event, { ...event, seq: 2, parent_id: text, type: text, data: { [text]: text } }],
    context: [{ type: text, key: text, value: text }],
  };
  const skill = `---\nname: ${JSON.stringify(text)}\ndescription: ${JSON.stringify(text)}\n${JSON.stringify(text)}: 1\n---\n${text}\n`;
  return [
    served('talk.rejoin.json', JSON.stringify(atmos, undefined, 1)),
    served('talk.rejoin.json', JSON.stringify(own, undefined, 1)),
    served('talk.rejoin.yaml', JSON.stringify(own, undefined, 1)),
    served('.rejoin/skills/review/SKILL.md', skill),
  ];
}

/** Everything that is shown of a file, wherever the pointer is. */
function shownOf(file: ServedFile): { readonly markdown: readonly string[]; readonly plain: readonly string[] } {
  const offsets = Array.from({ length: 60 }, (_, index) => Math.floor((index * file.text.length) / 60));
  const lineStarts = [...file.text.matchAll(/\n\s*"?/g)]
    .slice(0, 60)
    .map(({ index, 0: { length } }) => index + length + 1);
  const hovers = [...offsets, ...lineStarts].map((offset) =>
    runFeature('hover', file, { position: file.lines.positionAt(Math.min(offset, file.text.length)) }, context),
  );
  const symbols = runFeature('documentSymbols', file, {}, context) ?? [];
  const all = symbols.flatMap((symbol) => [symbol, ...(symbol.children ?? [])]);
  const nested = all.flatMap((symbol) => symbol.children ?? []);
  return {
    markdown: hovers.flatMap((hover) => (hover === null ? [] : [(hover.contents as { readonly value: string }).value])),
    plain: [
      ...[...all, ...nested].flatMap(({ name, detail }) => [name, detail ?? '']),
      ...runFeature('diagnostics', file, {}, context).map(({ message }) =>
        typeof message === 'string' ? message : message.value,
      ),
      ...(runFeature('codeLenses', file, {}, context) ?? []).map(({ command }) => command?.title ?? ''),
    ],
  };
}

describe.each(payloadClasses)('a hostile text of the class %s', (kind) => {
  it('is no more than words in hovers, outline, problems and lenses', () => {
    for (const { name, text } of hostilePayloads.filter((each) => each.kind === kind && each.text.length < 3_000)) {
      for (const file of filesWith(text)) {
        const { markdown, plain } = shownOf(file);
        expect(markdown.length, `${name} in ${file.uri}`).toBeGreaterThan(0);
        const tokens = markdown.flatMap((each) =>
          reader.parse(each, {}).flatMap((token) => [token, ...(token.children ?? [])]),
        );
        // What a field takes is written as code, which comes from us.
        const foreign = tokens.filter(({ type, content }) => markup.test(type) && !/^[\w.-]+$/.test(content));
        expect(
          foreign.map(({ type, content }) => `${type} ${content}`),
          `${name} in ${file.uri}`,
        ).toEqual([]);
        expect(
          markdown.filter((each) => hidden.test(each.replaceAll('\n', ''))),
          `${name} in ${file.uri}`,
        ).toEqual([]);
        expect(
          plain.filter((each) => hidden.test(each) || each.length > 1_000),
          `${name} in ${file.uri}`,
        ).toEqual([]);
      }
    }
  });
});
