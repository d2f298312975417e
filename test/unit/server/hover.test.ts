import { describe, expect, it } from 'vitest';
import { hoverAt } from '../../../src/server/hover';
import type { ServedFile } from '../../../src/server/servedFile';
import { atmosJson, atmosYaml, checkpoint, find, ownYaml, skill, strings, textIn } from './served';

function hover(
  file: ServedFile,
  snippet: string,
  knowsJsonSchema = false,
): { readonly text: string; readonly over: string } | null {
  const found = hoverAt(file, find(file, snippet), {
    locale: 'en',
    strings,
    knowsJsonSchema,
    timeZone: 'Europe/Berlin',
  });
  return (
    found && {
      text: (found.contents as { readonly value: string }).value,
      over: found.range ? textIn(file, found.range) : '',
    }
  );
}

describe('hovering', () => {
  it.each([
    ['json', atmosJson, 'exported_at', '"exported_at"'],
    ['yaml', atmosYaml, 'provider', 'provider'],
    ['yaml', ownYaml, 'head_id', 'head_id'],
  ] as const)('a key in %s says what it means', (syntax, text, key, over) => {
    const found = hover(checkpoint(syntax, text), key);
    expect(found?.over).toBe(over);
    expect(found?.text).toMatch(/^[A-Z].+\.$/m);
  });

  it('a key in JSON is left to a schema, its time is not', () => {
    const file = checkpoint('json', atmosJson);
    expect(hover(file, 'version', true)).toBeNull();
    expect(hover(file, 'exported_at', true)?.text).toMatch(/^Friday, /);
    expect(hover(checkpoint('yaml', atmosYaml), 'version', true)?.text).toBe('Version of the format.');
  });

  it('a key with few values lists them', () => {
    expect(hover(checkpoint('yaml', ownYaml), 'title_source')?.text).toContain('One of `none`, `derived`, `user`');
  });

  it.each([
    ['json', atmosJson, '2026-08-21T09:30', 'Friday, August 21, 2026 at 11:30:00 AM GMT+2'],
    ['yaml', atmosYaml, '2026-08-19T07:05', 'Wednesday, August 19, 2026 at 9:05:00 AM GMT+2'],
    ['yaml', ownYaml, '"2026-08-20T14:00:05', 'Thursday, August 20, 2026 at 4:00:05 PM GMT+2'],
  ] as const)('a time in %s says it in the words and the zone of the person', (syntax, text, at, expected) => {
    expect(hover(checkpoint(syntax, text), at)?.text).toBe(expected);
  });

  it('the type, the number or the id of an event says which one it is', () => {
    const expected = '2 of 2 · **assistant**  \nAn answer of the model.  \nThe memo key ignores the coupon\\.';
    const file = checkpoint('yaml', ownYaml);
    expect(hover(file, 'text\n')).toEqual({ text: expected, over: 'text' });
    expect(hover(file, 'e2\n    seq')).toEqual({ text: expect.stringContaining('**assistant**'), over: 'e2' });
  });

  it('the id of another event shows that one', () => {
    const file = checkpoint('yaml', ownYaml);
    expect(hover(file, 'e1\n    invocation_id: i1\n    type: text')?.text).toContain('1 of 2 · **user**');
    expect(hover(file, 'e2\n  turn_status')?.text).toContain('2 of 2 · **assistant**');
  });

  it('the role of a message shows its first words without making links or pictures of them', () => {
    const file = checkpoint('json', atmosJson.replace('Why does the **cart**', '![x](https://a.example/b.png) <b>'));
    const found = hover(file, 'user"');
    expect(found?.text).toContain('1 of 2 · **user**');
    expect(found?.text).toContain('\\!\\[x\\]\\(https\\:\\/\\/a\\.example\\/b\\.png\\) \\<b\\>');
  });

  it('the data of an event says what its fields mean', () => {
    expect(hover(checkpoint('yaml', ownYaml), 'finish')?.text).toContain('How the answer ended');
  });

  it.each([
    ['yaml', atmosYaml, 'Keep the TTL'],
    ['json', atmosJson, 'The memo key'],
    ['yaml', atmosYaml, 'the second try'],
  ] as const)('text in %s shows nothing', (syntax, text, at) => {
    expect(hover(checkpoint(syntax, text), at)).toBeNull();
  });

  it('a field of a skill says what it is for, and the text below nothing', () => {
    const file = skill('---\nname: review\ndescription: x\n---\nname it\n');
    expect(hover(file, 'description')).toEqual({
      text: expect.stringContaining('Models choose by it'),
      over: 'description',
    });
    expect(hover(file, 'name it')).toBeNull();
    expect(hover(file, 'review')).toBeNull();
  });

  it('works in texts that are broken, as far as they can be read', () => {
    expect(hover(checkpoint('json', '{"version": "1.0", "session": {"name": '), '"name')?.text).toBe(
      'Name of the session.',
    );
    expect(hover(checkpoint('json', ''), '')).toBeNull();
  });

  it('knows languages of the editor that the platform does not', () => {
    const file = checkpoint('json', atmosJson);
    const at = find(file, '2026-08-21');
    expect(hoverAt(file, at, { locale: 'not a locale', strings, knowsJsonSchema: false })).not.toBeNull();
    expect(hoverAt(file, at, { locale: 'qps-ploc', strings, knowsJsonSchema: false })).not.toBeNull();
  });
});
