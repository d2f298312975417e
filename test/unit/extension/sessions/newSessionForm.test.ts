import { beforeEach, describe, expect, it, vi } from 'vitest';
import { maxTitleLength } from '../../../../src/core/session/sessionTitle';
import type { SessionChoices } from '../../../../src/extension/chat/conversationChoices';
import type { KnownProvider } from '../../../../src/extension/models/knownModels';
import { askForNewSession, type NewSessionFormDeps } from '../../../../src/extension/sessions/newSessionForm';
import type { UsableSkill } from '../../../../src/extension/skills/skillReader';
import { resetStubWindow, stubMemento, stubWindow, type StubInput } from '../../../support/vscodeWorkspaceStub';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

function provider(id: string, ...models: readonly string[]): KnownProvider {
  return {
    id,
    label: id.toUpperCase(),
    models: models.map((model) => ({ ref: { provider: id, model }, label: model })),
  };
}

const skill = { kind: 'usable', name: 'review', skill: { name: 'review', description: 'Finds faults' } };
let deps: NewSessionFormDeps;
let settled: SessionChoices | undefined | 'open';

/** Opens the form over the providers and skills that there are. */
function open(
  providers: readonly KnownProvider[],
  skills: readonly object[] = [skill],
): Promise<SessionChoices | undefined> {
  deps = {
    ...deps,
    models: () => Promise.resolve(providers),
    skills: { usable: () => Promise.resolve(skills as UsableSkill[]) },
  };
  settled = 'open';
  const form = askForNewSession(deps);
  void form.then((result) => (settled = result));
  return form;
}

/** The step that is shown, once a person sees it. */
async function step(prompt: RegExp): Promise<StubInput> {
  return vi.waitFor(() => {
    const shown = stubWindow.inputs.findLast(({ isOpen }) => isOpen);
    expect(`${shown?.prompt} ${shown?.placeholder}`).toMatch(prompt);
    return shown as StubInput;
  });
}

const name = (): Promise<StubInput> => step(/Name of the session/);
const several = [provider('openai', 'gpt-5', 'gpt-5-mini'), provider('ollama', 'qwen')];

beforeEach(() => {
  resetStubWindow();
  deps = {
    models: () => Promise.resolve([]),
    defaultModel: () => Promise.resolve(null),
    skills: { usable: () => Promise.resolve([]) },
    defaultSkill: () => null,
    memento: stubMemento(),
  };
});

describe('the form of a new session', () => {
  it('asks for name, provider, model and skill', async () => {
    const form = open(several);
    (await name()).enter(' cart bug ');
    (await step(/Which provider/)).choose('OPENAI');
    (await step(/Which model/)).choose('gpt-5-mini');
    (await step(/Which skill/)).choose('review');
    expect(await form).toEqual({
      title: 'cart bug',
      model: { provider: 'openai', model: 'gpt-5-mini' },
      skill: 'review',
    });
  });

  it('takes Enter on every step: no name, and what stands first', async () => {
    const form = open(several);
    (await name()).enter('');
    (await step(/Which provider/)).choose('OLLAMA');
    (await step(/Which skill/)).choose('No skill');
    expect(await form).toEqual({ model: { provider: 'ollama', model: 'qwen' }, skill: null });
  });

  it.each([
    ['neither models nor skills', [], [], []],
    ['one model', [provider('ollama', 'qwen')], [], []],
    ['one provider', [provider('openai', 'a', 'b')], [], [/Which model/]],
    ['a model each', [provider('openai', 'a'), provider('ollama', 'b')], [], [/Which provider/]],
  ])('asks nothing of which there is no choice: with %s', async (_, providers, skills, asked) => {
    const form = open(providers, skills);
    (await name()).enter('');
    for (const prompt of asked) {
      const list = await step(prompt);
      list.choose(list.labels[0] ?? '');
    }
    await form;
    expect(settled).toEqual(asked.length === 0 ? {} : { model: { provider: 'openai', model: 'a' } });
  });

  it('counts its steps', async () => {
    void open(several);
    expect(await name()).toMatchObject({ step: 1, totalSteps: 4 });
    (await name()).enter('');
    const providers = await step(/Which provider/);
    expect(providers).toMatchObject({ step: 2, totalSteps: 4 });
    providers.choose('OLLAMA');
    expect(await step(/Which skill/)).toMatchObject({ step: 3, totalSteps: 3 });
  });

  it('goes back step by step and keeps what was answered', async () => {
    const form = open(several);
    expect((await name()).buttons).toEqual([]);
    (await name()).enter('cart bug');
    (await step(/Which provider/)).choose('OPENAI');
    (await step(/Which model/)).choose('gpt-5-mini');
    (await step(/Which skill/)).press('Back');
    const models = await step(/Which model/);
    expect(models.activeItems).toEqual([models.itemOf('gpt-5-mini')]);
    models.press('Back');
    (await step(/Which provider/)).press('Back');
    expect((await name()).value).toBe('cart bug');
    (await name()).enter('cart bug 2');
    (await step(/Which provider/)).choose('OLLAMA');
    (await step(/Which skill/)).choose('No skill');
    expect(await form).toEqual({ title: 'cart bug 2', model: { provider: 'ollama', model: 'qwen' }, skill: null });
  });

  it('makes nothing when it is left, at any step', async () => {
    const first = open(several);
    (await name()).hide();
    expect(await first).toBeUndefined();
    const second = open(several);
    (await name()).enter('cart bug');
    (await step(/Which provider/)).hide();
    expect(await second).toBeUndefined();
  });

  it('closes when a person clicks elsewhere', async () => {
    void open(several);
    expect((await name()).ignoreFocusOut).toBe(false);
    (await name()).enter('');
    expect((await step(/Which provider/)).ignoreFocusOut).toBe(false);
  });

  it('keeps a name that is too long in the form, and says why', async () => {
    const form = open([], []);
    const input = await name();
    input.enter('x'.repeat(maxTitleLength + 1));
    expect([settled, input.validationMessage]).toEqual([
      'open',
      expect.stringContaining(`${maxTitleLength} characters`),
    ]);
    input.enter('x'.repeat(maxTitleLength));
    expect((await form)?.title).toHaveLength(maxTitleLength);
  });

  it('begins with the last choice', async () => {
    const first = open(several);
    (await name()).enter('one');
    (await step(/Which provider/)).choose('OPENAI');
    (await step(/Which model/)).choose('gpt-5-mini');
    (await step(/Which skill/)).choose('review');
    await first;
    void open(several);
    expect((await name()).value).toBe('');
    (await name()).enter('');
    const providers = await step(/Which provider/);
    expect(providers.activeItems).toEqual([providers.itemOf('OPENAI')]);
    providers.choose('OPENAI');
    const models = await step(/Which model/);
    expect(models.activeItems).toEqual([models.itemOf('gpt-5-mini')]);
    models.choose('gpt-5-mini');
    const skills = await step(/Which skill/);
    expect(skills.activeItems).toEqual([skills.itemOf('review')]);
  });

  it('begins, without a last choice, with what a new session would get', async () => {
    deps = {
      ...deps,
      defaultModel: () => Promise.resolve({ provider: 'ollama', model: 'qwen' }),
      defaultSkill: () => 'review',
    };
    void open(several);
    (await name()).enter('');
    const providers = await step(/Which provider/);
    expect(providers.activeItems).toEqual([providers.itemOf('OLLAMA')]);
    providers.choose('OLLAMA');
    const skills = await step(/Which skill/);
    expect(skills.activeItems).toEqual([skills.itemOf('review')]);
  });

  it('takes a name before the lists are there', async () => {
    let arrive: (providers: readonly KnownProvider[]) => void = () => undefined;
    deps = { ...deps, models: () => new Promise((resolve) => (arrive = resolve)) };
    const form = askForNewSession(deps);
    (await name()).enter('cart bug');
    arrive([provider('openai', 'a', 'b')]);
    (await step(/Which model/)).choose('b');
    expect(await form).toEqual({ title: 'cart bug', model: { provider: 'openai', model: 'b' } });
  });
});
