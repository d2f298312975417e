import * as vscode from 'vscode';
import type { ModelRef } from '../../core/session/session';
import { maxTitleLength } from '../../core/session/sessionTitle';
import type { SessionChoices } from '../chat/conversationChoices';
import { askForItem, askForText, cancelled, wentBack, type StepFrame, type StepResult } from '../models/inputSteps';
import type { KnownModel, KnownProvider } from '../models/knownModels';
import { isSameModel } from '../models/modelRefText';
import { withTimeout } from '../models/withTimeout';
import type { SkillCatalog } from '../skills/skillCatalog';
import { withoutIcons } from './sessionText';

export interface NewSessionFormDeps {
  /** Known without asking over the network. */
  readonly models: () => Promise<readonly KnownProvider[]>;
  /** The model that a new session would get. */
  readonly defaultModel: () => Promise<ModelRef | null>;
  readonly skills: Pick<SkillCatalog, 'usable'>;
  /** The skill that a new session would get. */
  readonly defaultSkill: () => string | null;
  /** Keeps the last choice, with which the next form begins. */
  readonly memento: vscode.Memento;
}

interface Lists {
  readonly providers: readonly KnownProvider[];
  readonly skills: readonly { readonly name: string; readonly description: string }[];
}

interface Answers {
  readonly title: string;
  readonly model: ModelRef | null;
  readonly skill: string | null;
}

interface Step {
  isNeeded(answers: Answers, lists: Lists): boolean;
  ask(answers: Answers, frame: StepFrame, lists: Lists): Promise<StepResult<Answers>>;
}

interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

const lastChoiceKey = 'rejoin.lastNewSession';
/** Lists that take longer come while the name is being typed. */
const listsTimeoutMs = 300;

/**
 * Asks for name, provider, model and skill of a new session, with a way back. Asks nothing of which there is no choice;
 * a name may be left out. Undefined when the person cancels.
 */
export async function askForNewSession(deps: NewSessionFormDeps): Promise<SessionChoices | undefined> {
  const { memento } = deps;
  const last = memento.get<Partial<Answers>>(lastChoiceKey, {});
  const loading = loadLists(deps);
  const early = await withTimeout(loading, listsTimeoutMs, undefined);
  const model = last.model ?? (await withTimeout(deps.defaultModel(), listsTimeoutMs, null));
  const first: Answers = { title: '', model, skill: last.skill === undefined ? deps.defaultSkill() : last.skill };
  const answers = await walk(first, early, loading);
  if (answers === undefined) {
    return undefined;
  }
  const lists = await loading;
  const choices: SessionChoices = {
    ...(answers.title === '' ? {} : { title: answers.title }),
    ...(answers.model === null || !hasModelChoice(lists) ? {} : { model: answers.model }),
    ...(lists.skills.length === 0 ? {} : { skill: answers.skill }),
  };
  await memento.update(lastChoiceKey, { model: choices.model, skill: choices.skill });
  return choices;
}

async function loadLists({ models, skills }: NewSessionFormDeps): Promise<Lists> {
  const [providers, usable] = await Promise.all([models(), skills.usable()]);
  return { providers, skills: usable.map(({ skill }) => skill) };
}

async function walk(first: Answers, early: Lists | undefined, loading: Promise<Lists>): Promise<Answers | undefined> {
  const asked: number[] = [];
  let lists = early;
  let answers = first;
  for (let index = 0; index < steps.length;) {
    const known = index === 0 ? (lists ?? { providers: [], skills: [] }) : (lists = await loading);
    const step = steps[index];
    if (step === undefined || !step.isNeeded(answers, known)) {
      index++;
      continue;
    }
    const remaining = steps.slice(index + 1).filter((later) => lists === undefined || later.isNeeded(answers, lists));
    const frame: StepFrame = {
      title: vscode.l10n.t('New Session'),
      step: asked.length + 1,
      totalSteps: asked.length + 1 + remaining.length,
      canGoBack: asked.length > 0,
      closesOnFocusOut: true,
    };
    const result = await step.ask(answers, frame, known);
    if (result === cancelled) {
      return undefined;
    }
    if (result === wentBack) {
      index = asked.pop() ?? 0;
    } else {
      answers = result;
      asked.push(index++);
    }
  }
  return answers;
}

const titleStep: Step = {
  isNeeded: () => true,
  ask: async (answers, frame) => {
    const title = await askForText({
      ...frame,
      prompt: vscode.l10n.t('Name of the session. Without one it is named after your first message.'),
      value: answers.title,
      validate: (value) =>
        [...value].length > maxTitleLength
          ? vscode.l10n.t('A title has at most {0} characters.', maxTitleLength)
          : undefined,
    });
    return title === wentBack || title === cancelled ? title : { ...answers, title };
  },
};

const providerStep: Step = {
  isNeeded: (_, { providers }) => providers.length > 1,
  ask: async (answers, frame, { providers }) => {
    const current = providerOf(answers, providers);
    const items = providers.map((provider): Choice<KnownProvider> => ({
      label: withoutIcons(provider.label),
      description: withoutIcons(provider.models.map(({ label }) => label).join(', ')),
      value: provider,
    }));
    const placeholder = vscode.l10n.t('Which provider answers?');
    const chosen = await askForChoice(items, current, { ...frame, placeholder });
    return chosen === wentBack || chosen === cancelled ? chosen : { ...answers, model: modelOf(answers, chosen).ref };
  },
};

const modelStep: Step = {
  isNeeded: (answers, { providers }) => (providerOf(answers, providers)?.models.length ?? 0) > 1,
  ask: async (answers, frame, { providers }) => {
    const provider = providerOf(answers, providers);
    const items = (provider?.models ?? []).map((model): Choice<KnownModel> => ({
      label: withoutIcons(model.label),
      ...(model.label === model.ref.model ? {} : { description: withoutIcons(model.ref.model) }),
      value: model,
    }));
    const current = provider === undefined ? undefined : modelOf(answers, provider);
    const placeholder = vscode.l10n.t('Which model answers?');
    const chosen = await askForChoice(items, current, { ...frame, placeholder });
    return chosen === wentBack || chosen === cancelled ? chosen : { ...answers, model: chosen.ref };
  },
};

const skillStep: Step = {
  isNeeded: (_, { skills }) => skills.length > 0,
  ask: async (answers, frame, { skills }) => {
    const items: readonly Choice<string | null>[] = [
      { label: vscode.l10n.t('No skill'), value: null },
      ...skills.map(({ name, description }) => ({ label: name, detail: withoutIcons(description), value: name })),
    ];
    const placeholder = vscode.l10n.t('Which skill should the model follow?');
    const chosen = await askForChoice(items, answers.skill, { ...frame, placeholder });
    return chosen === wentBack || chosen === cancelled ? chosen : { ...answers, skill: chosen };
  },
};

const steps: readonly Step[] = [titleStep, providerStep, modelStep, skillStep];

async function askForChoice<T>(
  items: readonly Choice<T>[],
  current: T | undefined,
  frame: StepFrame & { readonly placeholder: string },
): Promise<StepResult<T>> {
  const active = items.find(({ value }) => value === current);
  const item = await askForItem({ ...frame, items, ...(active === undefined ? {} : { active }) });
  return item === wentBack || item === cancelled ? item : item.value;
}

function hasModelChoice({ providers }: Lists): boolean {
  return providers.flatMap(({ models }) => models).length > 1;
}

/** That of the model answered so far; the first one for a model that is not there any more. */
function providerOf({ model }: Answers, providers: readonly KnownProvider[]): KnownProvider | undefined {
  return providers.find(({ id }) => id === model?.provider) ?? providers[0];
}

function modelOf({ model }: Answers, provider: KnownProvider): KnownModel {
  const [first] = provider.models;
  const found = provider.models.find(({ ref }) => isSameModel(ref, model)) ?? first;
  if (found === undefined) {
    throw new Error(`The provider ${provider.id} has no models`);
  }
  return found;
}
