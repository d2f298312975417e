import { describe, expect, it, vi } from 'vitest';
import { formatProblem } from '../../../../src/core/base/sourceProblem';
import { checkpointLimits, type CheckpointProblem } from '../../../../src/core/checkpoint/checkpoint';
import { recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import { maxSkillLength, parseSkillFile } from '../../../../src/core/skill/skillFile';
import { skillProblemCodes } from '../../../../src/core/skill/skillProblems';
import { problemTexts } from '../../../../src/extension/checkpoints/problemTexts';
import { contextItem, sessionRecord } from '../../../support/builders';

vi.mock('vscode', async () => (await import('../../../support/vscodeStub')).vscodeStub);

type Fields = Record<string, unknown>;
type Change = (checkpoint: { session: Fields; events: Fields[]; statistics: Fields } & Fields) => unknown;

const ofAtmos = {
  version: '1.0',
  session: { name: 'a', provider: 'p', model: 'm' },
  messages: [{ role: 'user', content: 'Hello' }],
  statistics: { message_count: 1 },
};

/** Problems of a checkpoint of Atmos with parts replaced. */
const atmos = (change: Fields): readonly CheckpointProblem[] =>
  parseCheckpoint(JSON.stringify({ ...ofAtmos, ...change }), 'json').problems;

/** Problems of a checkpoint of ours that was changed. */
function ours(change: Change): readonly CheckpointProblem[] {
  const checkpoint = JSON.parse(JSON.stringify(recordToCheckpoint(sessionRecord()))) as Parameters<Change>[0];
  change(checkpoint);
  return parseCheckpoint(JSON.stringify(checkpoint), 'json').problems;
}

const event = (checkpoint: Parameters<Change>[0], index: number): Fields => checkpoint.events[index] ?? {};
const json = (text: string) => parseCheckpoint(text, 'json').problems;
const yaml = (text: string) => parseCheckpoint(text, 'yaml').problems;
const compaction = { summary: 's', from_seq: 1, to_seq: 9, tokens_before: 2, tokens_after: 1 };
const skill = (fields: string, body = '\nText') =>
  parseSkillFile(`---\n${fields}\n---${body}`, { folder: 'a' }).problems;
const fine = 'name: a\ndescription: b';

/** Texts with faults; together they have every one that there is. */
const corpus = [
  json('{'),
  json('[1e999]'),
  json(`${'['.repeat(101)}${']'.repeat(101)}`),
  json(`[${'0,'.repeat(checkpointLimits.maxValues)}0]`),
  json(' '.repeat(checkpointLimits.maxBytes + 1)),
  json('{"__proto__": 1}'),
  json('{"version": "1.0", "version": "1.0"}'),
  json('{}'),
  yaml('a: "'),
  yaml('a: &b 1\nc: *b'),
  yaml('a: !!binary x'),
  yaml('a: 1\n<<: {b: 1}'),
  yaml('? [a]\n: 1'),
  yaml('a: 1\n---\nb: 1'),
  atmos({ version: '7' }),
  atmos({ session: { ...ofAtmos.session, name: '' } }),
  atmos({ session: { ...ofAtmos.session, provider: '' } }),
  atmos({ session: { ...ofAtmos.session, model: '' } }),
  atmos({ messages: [], statistics: { message_count: 0 } }),
  atmos({ messages: [{ role: '', content: '' }] }),
  atmos({ messages: [{ role: 'tool', content: '' }] }),
  atmos({ statistics: { message_count: 2 } }),
  atmos({ messages: Array.from({ length: 300 }, () => ({ role: 'x', content: '' })) }),
  ours((c) => (c['more'] = 1)),
  ours((c) => delete c.session['id']),
  ours((c) => (c.session['id'] = '')),
  ours((c) => (c.session['pinned'] = 'no')),
  ours((c) => (c.session['turn_status'] = 'running')),
  ours((c) => (c.session['created_at'] = 'now')),
  ours((c) => (c.session['created_at'] = '1969-01-01T00:00:00Z')),
  ours((c) => (c.session['head_id'] = 'none')),
  ours((c) => (event(c, 0)['seq'] = -1)),
  ours((c) => (event(c, 1)['seq'] = 1)),
  ours((c) => (event(c, 1)['id'] = event(c, 0)['id'])),
  ours((c) => (event(c, 1)['parent_id'] = 'none')),
  ours((c) => (event(c, 0)['parent_id'] = event(c, 1)['id'])),
  ours((c) => delete event(c, 0)['data']),
  ours((c) => (event(c, 0)['raw'] = '{}')),
  ours((c) => (event(c, 0)['type'] = 'dance')),
  ours((c) => (event(c, 0)['data'] = { content: 1 })),
  ours((c) => Object.assign(event(c, 1), { type: 'compaction', data: compaction })),
  ours((c) => Object.assign(event(c, 1), { type: 'compaction_undone', data: { compaction_id: 'none' } })),
  ours((c) => (c['metadata'] = [1, 2].map(() => ({ key: 'k', value: '', updated_at: '2026-01-01T00:00:00Z' })))),
  ours((c) => {
    const { context } = recordToCheckpoint(sessionRecord({ context: [contextItem('a.ts'), contextItem('a.ts')] }));
    c['context'] = context;
  }),
  parseSkillFile('x'.repeat(maxSkillLength + 1)).problems,
  parseSkillFile('Text').problems,
  parseSkillFile('---\nname: a').problems,
  skill('- a'),
  skill(`name: a\ndescription: ${'x'.repeat(17_000)}`),
  skill(`name: a\ndescription: b\nmodel: ${'['.repeat(200)}${']'.repeat(200)}`),
  skill('a: "'),
  skill(`${fine}\nname: a`),
  skill('name: a'),
  skill('name: a\ndescription:'),
  skill('name: a\ndescription: [b]'),
  skill('name: A b\ndescription: b'),
  skill('name: b\ndescription: b'),
  skill('name: a\ndescription: "b\\nc"'),
  skill(`name: a\ndescription: ${'x'.repeat(2000)}`),
  skill(`${fine}\nmodel: x`),
  skill(`${fine}\ntools: x`),
  skill(`${fine}\ntools: [[x]]`),
  skill(`${fine}\nmore: x`),
  skill(fine, ''),
].flat();

/** What is said of a file before anything of it is parsed. */
const ofReading = ['file-unreadable', 'format-unsupported'];

describe('the words of problems', () => {
  const texts = problemTexts();

  it('exist for every fault that a file can have, and for no other', () => {
    const found = new Set<string>([...corpus.map(({ code }) => code), ...ofReading]);
    expect([...found].sort()).toEqual(Object.keys(texts).sort());
    expect(Object.keys(texts)).toEqual(expect.arrayContaining([...skillProblemCodes]));
  });

  it.each(Object.entries(texts))('of %s are a sentence with all of its places filled', (code, template) => {
    const problem = corpus.find((candidate) => candidate.code === code) ?? { args: {} };
    const text = formatProblem(problem, template);
    expect(text).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
    expect(text).toMatch(/^[“A-Z][^]*[.:)\w”]$/);
  });
});
