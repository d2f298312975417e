import type { CompletionItem, TextEdit } from 'vscode-languageserver';
import { describe, expect, it } from 'vitest';
import { eventGuides } from '../../../src/core/checkpoint/eventGuide';
import { completionsAt } from '../../../src/server/completion';
import type { ServedFile } from '../../../src/server/servedFile';
import { apply, checkpoint, served, skill } from './served';

const mark = '▮';

/** What is offered at the mark of a text, in the order in which editors show it. */
function offered(
  name: string,
  marked: string,
  knowsJsonSchema = false,
): { readonly file: ServedFile; readonly items: readonly CompletionItem[] } {
  const file = served(name, marked.replace(mark, ''));
  const items = completionsAt(file, file.lines.positionAt(marked.indexOf(mark)), { knowsJsonSchema });
  return { file, items: items.sort((a, b) => String(a.sortText).localeCompare(String(b.sortText))) };
}

const labels = (name: string, marked: string): readonly string[] =>
  offered(name, marked).items.map(({ label }) => label);

/** The text after one of the offers was taken. */
function taking(label: string, name: string, marked: string): string {
  const { file, items } = offered(name, marked);
  const item = items.find((candidate) => candidate.label === label);
  return apply(file, item?.textEdit === undefined ? [] : [item.textEdit as TextEdit]);
}

const json = 'talk.rejoin.json';
const yaml = 'talk.rejoin.yaml';
const skillFile = '.rejoin/skills/review/SKILL.md';

describe('completion in a checkpoint', () => {
  it.each([
    [json, '{▮}'],
    [yaml, '▮'],
  ])('offers the fields of the format in %s, those that have to be there first', (name, text) => {
    expect(labels(name, text)).toEqual(['version', 'session', 'events', 'statistics', 'metadata', 'context']);
  });

  it.each([
    [json, '{"version": "1.0", ▮, "messages": []}'],
    [yaml, 'version: "1.0"\n▮\nmessages: []\n'],
  ])('leaves out in %s what is there already', (name, text) => {
    expect(labels(name, text)).toEqual(['session', 'statistics', 'exported_at', 'exported_by', 'context']);
  });

  it.each([
    [json, '{"version": "1.0", "messages": [{"▮"}]}'],
    [yaml, 'version: "1.0"\nmessages:\n  - ▮\n'],
    [yaml, 'messages:\n  - r▮\n'],
  ])('knows the fields of a message in %s, also where the text is broken', (name, text) => {
    expect(labels(name, text)).toEqual(['role', 'content', 'created_at', 'archived']);
  });

  it.each([
    [json, '{"version": "1.0", "messages": [{"role": "▮"}]}'],
    [yaml, 'version: "1.0"\nmessages:\n  - role: ▮\n'],
  ])('offers who may speak in %s', (name, text) => {
    expect(labels(name, text)).toEqual(['user', 'assistant', 'system']);
  });

  it.each([
    [json, '{"version": "2.0", "events": [{"type": ▮}]}'],
    [yaml, 'version: "2.0"\nevents:\n  - type: u▮\n'],
  ])('offers the types of events in %s, each with its meaning', (name, text) => {
    const { items } = offered(name, text);
    expect(items.map(({ label }) => label)).toEqual(Object.keys(eventGuides));
    expect(items.map(({ documentation }) => documentation)).not.toContain(undefined);
  });

  it('leaves to a schema of JSON what that says', () => {
    const offers = (name: string, text: string): number => offered(name, text, true).items.length;
    expect(offers(json, '{▮}')).toBe(0);
    expect(offers(json, '{"version": "2.0", "session": {"pinned": ▮}}')).toBe(0);
    expect(offers(json, '{"version": "2.0", "events": [{"type": ▮}]}')).toBe(Object.keys(eventGuides).length);
    expect(offers(yaml, '▮')).toBe(6);
  });

  it('offers nothing where anything may stand', () => {
    expect(labels(json, '{"version": "2.0", "session": {"title": "▮"}}')).toEqual([]);
    expect(labels(json, '{"version": "2.0", "events": [{"data": {▮}}]}')).toEqual([]);
    expect(labels(yaml, 'version: "1.0"\nmessages:\n  - content: |\n      ro▮\n')).toEqual([]);
    expect(labels(yaml, '# ver▮')).toEqual([]);
  });

  it.each([
    ['version', json, '{▮}', '{"version": }'],
    ['version', json, '{"▮"}', '{"version": }'],
    ['version', json, '{"ve▮": "2.0"}', '{"version": "2.0"}'],
    ['session', json, '{"se▮x": {}}', '{"session": {}}'],
    ['session', yaml, 'se▮', 'session: '],
    ['session', yaml, 'se▮x:\n  title: x\n', 'session:\n  title: x\n'],
    ['true', json, '{"version": "2.0", "session": {"pinned": f▮}}', '{"version": "2.0", "session": {"pinned": true}}'],
    ['user', json, '{"messages": [{"role": "a▮"}]}', '{"messages": [{"role": "user"}]}'],
    ['user', yaml, 'messages:\n- role: a▮\n', 'messages:\n- role: user\n'],
    ['2.0', yaml, 'version: 2▮\n', 'version: "2.0"\n'],
    ['2.0', json, '{"version": ▮}', '{"version": "2.0"}'],
  ])('writes %s in %s at %j', (label, name, text, expected) => {
    expect(taking(label, name, text)).toBe(expected);
  });

  it('is found by what is typed, with a quote before it or without', () => {
    expect(offered(json, '{"ve▮"}').items[0]?.filterText).toBe('"version');
    expect(offered(json, '{ve▮}').items[0]?.filterText).toBe('version');
  });
});

describe('completion in a skill', () => {
  it('offers the fields that are not there', () => {
    expect(labels(skillFile, '---\n▮\n---\nbody')).toEqual(['name', 'description', 'model', 'tools']);
    expect(labels(skillFile, '---\nname: review\nmo▮\n---\nversion: x\n')).toEqual(['description', 'model', 'tools']);
  });

  it('works before the front matter is closed', () => {
    expect(labels(skillFile, '---\nname: review\n▮')).toEqual(['description', 'model', 'tools']);
  });

  it('offers the name of the folder', () => {
    expect(taking('review', skillFile, '---\nname: ▮\n---\n')).toBe('---\nname: review\n---\n');
  });

  it.each(['---\nname: a\n---\n▮', '▮', '▮---\nname: a\n---\n', '# Title\n▮', '---\ntools:\n  - ▮\n---\n'])(
    'keeps quiet elsewhere: %j',
    (text) => {
      expect(labels(skillFile, text)).toEqual([]);
    },
  );
});

it('offers what can be written next in the file that results', () => {
  const written = taking('version', yaml, '▮');
  expect(checkpoint('yaml', `${written}"2.0"\n`).parsed.version).toBe('2.0');
  expect(skill(taking('name', skillFile, '---\n▮\n---\n')).parsed.frontMatter?.fields.map(({ key }) => key)).toEqual([
    'name',
  ]);
});
