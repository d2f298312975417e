import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { parseNewSessionOptions } from '../../../../src/extension/sessions/newSessionOptions';
import type { UsableSkill } from '../../../../src/extension/skills/skillReader';

vi.mock('vscode', async () => (await import('../../../support/vscodeStub')).vscodeStub);

const parse = (value: unknown): Promise<unknown> =>
  parseNewSessionOptions(value, {
    models: () =>
      Promise.resolve([
        { id: 'ollama', label: 'Ollama', models: [{ ref: { provider: 'ollama', model: 'qwen' }, label: 'Qwen' }] },
      ]),
    describeModel: ({ provider, model }) =>
      provider === 'ollama'
        ? Promise.resolve(model)
        : Promise.reject(new AppError('model/provider-not-found', { args: { provider } })),
    skills: {
      get: (name) =>
        name === 'review'
          ? Promise.resolve({ name } as UsableSkill)
          : Promise.reject(new AppError('skill/not-found', { args: { name } })),
    },
  });

describe('the argument of rejoin.newSession', () => {
  it.each([
    ['nothing', {}, {}],
    ['a title', { title: '  cart\nbug ' }, { title: 'cart bug' }],
    ['provider and model', { provider: 'ollama', model: 'a/b' }, { model: { provider: 'ollama', model: 'a/b' } }],
    ['both in one', { model: 'ollama/a/b' }, { model: { provider: 'ollama', model: 'a/b' } }],
    [
      'a provider, whose first model it takes',
      { provider: 'ollama' },
      { model: { provider: 'ollama', model: 'qwen' } },
    ],
    ['a skill', { skill: 'review' }, { skill: 'review' }],
    ['no skill, whatever the settings say', { skill: '' }, { skill: null }],
    ['no skill as a summary has it', { skill: null }, { skill: null }],
  ])('may name %s', async (_, value, choices) => {
    expect(await parse(value)).toEqual(choices);
  });

  it.each([
    [7, 'argument/invalid'],
    [{ title: 7 }, 'argument/invalid'],
    [{ title: ' ' }, 'argument/invalid'],
    [{ title: '\u200b' }, 'session/invalid-title'],
    [{ model: 'qwen' }, 'argument/invalid'],
    [{ provider: 'gone' }, 'model/provider-not-found'],
    [{ provider: 'gone', model: 'a' }, 'model/provider-not-found'],
    [{ skill: 'gone' }, 'skill/not-found'],
  ])('is refused as %j', async (value, code) => {
    await expect(parse(value)).rejects.toMatchObject({ code });
  });
});
