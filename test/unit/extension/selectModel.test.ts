import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/base/errors';
import type { ModelRef } from '../../../src/core/session/session';
import { selectModel, type SelectModelDeps } from '../../../src/extension/models/selectModel';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

/** What was done, in order, by a choice of the argument. */
async function choose(argument: unknown): Promise<readonly (readonly [string, ModelRef])[]> {
  const done: (readonly [string, ModelRef])[] = [];
  const note = (what: string) => (ref: ModelRef) => Promise.resolve(void done.push([what, ref]));
  const registry = {
    describe: ({ provider, model }: ModelRef) =>
      provider === 'gone'
        ? Promise.reject(new AppError('model/provider-not-found', { args: { provider } }))
        : Promise.resolve(model),
    remember: note('remember'),
  };
  const deps = { registry, setModel: note('set') } as unknown as SelectModelDeps;
  try {
    await selectModel(deps, argument);
  } catch (error) {
    expect(done).toEqual([]);
    throw error;
  }
  return done;
}

describe('choosing a model', () => {
  it('makes it answer in the session and in new ones after it', async () => {
    const ref = { provider: 'ollama', model: 'qwen3:8b' };
    for (const argument of ['ollama/qwen3:8b', ref]) {
      expect(await choose(argument)).toEqual([
        ['set', ref],
        ['remember', ref],
      ]);
    }
  });

  it.each([
    ['gone/model', 'model/provider-not-found'],
    ['no slash', 'argument/invalid'],
    [{ provider: 'ollama' }, 'argument/invalid'],
    [{ provider: '', model: 'm' }, 'argument/invalid'],
    [null, 'argument/invalid'],
  ])('that cannot be used, %j, leaves everything as it was', async (argument, code) => {
    await expect(choose(argument)).rejects.toMatchObject({ code });
  });
});
