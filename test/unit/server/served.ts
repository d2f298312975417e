import type { TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { LanguageServerOptions } from '../../../src/core/base/languageServerOptions';
import type { SourcePosition, SourceRange } from '../../../src/core/base/sourceProblem';
import { readFile, type CheckpointFile, type ServedFile, type SkillDocument } from '../../../src/server/servedFile';

/** A document of the name, read. */
export function served(name: string, text: string): ServedFile {
  const file = readFile({ uri: `file:///work/${name}`, version: 1, text });
  if (file === undefined) {
    throw new Error(`${name} is none of ours`);
  }
  return file;
}

export function checkpoint(syntax: 'json' | 'yaml', text: string): CheckpointFile {
  return served(`talk.rejoin.${syntax}`, text) as CheckpointFile;
}

export function skill(text: string, folder = 'review'): SkillDocument {
  return served(`.rejoin/skills/${folder}/SKILL.md`, text) as SkillDocument;
}

/** What the range covers. */
export function textIn({ text, lines }: ServedFile, { start, end }: SourceRange): string {
  return text.slice(lines.offsetAt(start), lines.offsetAt(end));
}

/** Position of the first character of the snippet, or behind it. */
export function find({ text, lines }: ServedFile, snippet: string, where: 'start' | 'end' = 'start'): SourcePosition {
  const offset = text.indexOf(snippet);
  if (offset < 0) {
    throw new Error(`There is no ${snippet}`);
  }
  return lines.positionAt(offset + (where === 'end' ? snippet.length : 0));
}

export function apply({ uri, text }: ServedFile, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create(uri, '', 1, text), [...edits]);
}

/** Words that say which ones they are. */
export const strings: LanguageServerOptions['strings'] = {
  'lens.import': 'Import',
  'lens.preview': 'Preview',
  'hover.entry': '{number} of {count}',
  'hover.values': 'One of {values}',
  'fix.recount': 'Recount',
  'fix.add': 'Add {field}',
  'fix.replace': 'Replace by {value}',
  'fix.frontMatter': 'Add front matter',
};

export const atmosJson = `{
  "version": "1.0",
  "exported_at": "2026-08-21T09:30:00Z",
  "session": { "name": "cache-bug", "provider": "ollama", "model": "qwen3:8b" },
  "messages": [
    { "role": "user", "content": "Why does the **cart** total go stale?", "created_at": "2026-08-20T14:00:05Z" },
    { "role": "assistant", "content": "The memo key ignores the coupon id." }
  ],
  "context": { "files_accessed": ["src/cart.ts"] },
  "statistics": { "message_count": 2, "user_messages": 1 }
}
`;

export const atmosYaml = `version: "1.0"
session:
  name: dns-cutover # the second try
  provider: anthropic
  model: claude-sonnet-4-6
messages:
  - role: user
    content: |
      Which records move first?
      Keep the TTL low.
    created_at: 2026-08-19T07:05:00Z
  - role: assistant
    content: "Lower TTLs first."
statistics:
  message_count: 2
`;

export const ownYaml = `version: "2.0"
session:
  id: 0190a000-0000-7000-8000-000000000001
  title: Stale cart
  title_source: user
  created_at: "2026-08-20T14:00:00.000Z"
  updated_at: "2026-08-20T14:00:19.000Z"
  pinned: false
  head_id: e2
  turn_status: idle
events:
  - id: e1
    seq: 1
    invocation_id: i1
    type: user_message
    data:
      content: |-
        Why is the total stale?
        It was right before.
    created_at: "2026-08-20T14:00:05.000Z"
  - id: e2
    seq: 2
    parent_id: e1
    invocation_id: i1
    type: text
    data:
      content: The memo key ignores the coupon.
      finish: completed
    created_at: "2026-08-20T14:00:19.000Z"
statistics:
  event_count: 2
  message_count: 2
  user_messages: 1
  assistant_messages: 1
`;
