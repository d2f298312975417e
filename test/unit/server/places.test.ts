import { describe, expect, it } from 'vitest';
import type { CompletionPlace } from '../../../src/server/completionPlace';
import { jsonPlace } from '../../../src/server/jsonPlace';
import { yamlPlace } from '../../../src/server/yamlPlace';

type Found = Pick<CompletionPlace, 'kind' | 'path'> & { readonly keys: readonly string[]; readonly replaced: string };

/** The place at the mark `▮` of a text. */
function at(find: typeof jsonPlace, marked: string): Found | undefined {
  const text = marked.replace('▮', '');
  const place = find(text, marked.indexOf('▮'));
  return (
    place && {
      kind: place.kind,
      path: place.path,
      keys: [...place.keys].sort(),
      replaced: text.slice(place.start, place.end),
    }
  );
}

const key = (path: CompletionPlace['path'], keys: readonly string[] = [], replaced = ''): Found => ({
  kind: 'key',
  path,
  keys,
  replaced,
});
const value = (path: CompletionPlace['path'], keys: readonly string[] = [], replaced = ''): Found => ({
  kind: 'value',
  path,
  keys,
  replaced,
});

describe('the place in a JSON text', () => {
  it.each<[string, Found | undefined]>([
    ['{▮}', key([])],
    ['{ ▮ ', key([])],
    ['{"▮', key([], [], '"')],
    ['{"ve▮', key([], [], '"ve')],
    ['{ve▮', key([], [], 've')],
    ['{"▮version": "2.0"}', key([], [], '"version"')],
    ['{"version▮": "2.0"}', key([], [], '"version"')],
    ['{"version"▮: "2.0"}', undefined],
    ['{"version":▮ "2.0"}', value(['version'], ['version'])],
    ['{"version": ▮', value(['version'], ['version'])],
    ['{"version": "▮"}', value(['version'], ['version'], '""')],
    ['{"version": "2▮.0"}', value(['version'], ['version'], '"2.0"')],
    ['{"version": "2.0"▮}', undefined],
    ['{"version": "2.0", ▮}', key([], ['version'])],
    ['{"a": 1, ▮, "b": 2}', key([], ['a', 'b'])],
    ['{"a": 1, "s▮\n "b": {"inner": 1}, "c": [{"inner": 2}]}', key([], ['a', 'b', 'c'], '"s')],
    ['{"session": {"name": "x", ▮}, "messages": []}', key(['session'], ['name'])],
    ['{"messages": [{"role": "▮', value(['messages', 0, 'role'], ['role'], '"')],
    ['{"messages": [{"role": "user"}, {"content": "", ▮}]}', key(['messages', 1], ['content'])],
    ['{"messages": [▮]}', value(['messages', 0])],
    ['{"pinned": t▮}', value(['pinned'], ['pinned'], 't')],
    ['{"a": "b: {\\"", ▮}', key([], ['a'])],
    ['{"a": "one\\\\", "b▮', key([], ['a'], '"b')],
    ['▮', undefined],
    ['{} ▮', undefined],
    ['{"a" ▮', undefined],
    ['}}]] , : { ▮', key([])],
  ])('%j', (text, expected) => {
    expect(at(jsonPlace, text)).toEqual(expected);
  });

  it('knows whether a colon follows', () => {
    expect(jsonPlace('{"a"  : 1}', 2)?.hasColon).toBe(true);
    expect(jsonPlace('{"a", "b": 1}', 2)?.hasColon).toBe(false);
  });
});

describe('the place in a YAML text', () => {
  it.each<[string, Found | undefined]>([
    ['▮', key([])],
    ['ve▮', key([], [], 've')],
    ['ver▮sion', key([], [], 'version')],
    ['version: ▮', value(['version'])],
    ['version: "2▮.0"', value(['version'], [], '"2.0"')],
    ['version:▮', undefined],
    ['version: "2.0"\n▮', key([], ['version'])],
    ['version: "2.0"\n▮\nsession:\n  name: x\n', key([], ['session', 'version'])],
    ['# note: x\n\n▮\n# other: y\nevents:\n- id: a\n', key([], ['events'])],
    ['session:\n  ▮', key(['session'])],
    ['session:\n  name: x\n  m▮\n  skill: y\nmessages: []\n', key(['session'], ['name', 'skill'], 'm')],
    ['messages:\n  - ▮', key(['messages', 0])],
    ['messages:\n- r▮', key(['messages', 0], [], 'r')],
    ['messages:\n  - role: ▮', value(['messages', 0, 'role'])],
    ['messages:\n  - role: u▮\n    content: x\n', value(['messages', 0, 'role'], ['content'], 'u')],
    ['messages:\n  - role: user\n    ▮', key(['messages', 0], ['role'])],
    ['messages:\n- role: user\n  ▮\n  archived: true\n- content: x\n', key(['messages', 0], ['archived', 'role'])],
    ['messages:\n  -\n    ▮\n', key(['messages', 0])],
    ['events:\n  - id: a\n    data:\n      content: x\n  - id: b\n    data:\n      ▮', key(['events', 0, 'data'])],
    ['events:\n  - data:\n      content: |-\n        a: 1\n        role: x\n        ▮', undefined],
    ['events:\n  - data:\n      content: |-\n        a: 1\n    ▮', key(['events', 0], ['data'])],
    ['messages:\n  - content: >\n      first\n      sec▮', undefined],
    ['messages:\n  - content: "first\n      sec▮', undefined],
    ['session: { na▮', undefined],
    ['# ver▮', undefined],
    ['title: a sentence wi▮', undefined],
    ['"sess▮', key([], [], '"sess')],
    ['a: 1\r\nb▮\r\nc: 2\r\n', key([], ['a', 'c'], 'b')],
  ])('%j', (text, expected) => {
    expect(at(yamlPlace, text)).toEqual(expected);
  });
});
