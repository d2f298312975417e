import * as vscode from 'vscode';
import * as v from 'valibot';
import { AppError } from '../../core/base/errors';
import type { ModelRef } from '../../core/session/session';
import { requireTitle } from '../../core/session/sessionTitle';
import type { SessionChoices } from '../chat/conversationChoices';
import type { KnownProvider } from '../models/knownModels';
import { parseModelRef } from '../models/modelRefText';
import { parseOptions } from '../platform/parseOptions';
import type { SkillCatalog } from '../skills/skillCatalog';

export interface NewSessionOptionsDeps {
  /** Known without asking over the network. */
  readonly models: () => Promise<readonly KnownProvider[]>;
  /** Name of a model for people. Rejects with `model/*` for one that is not there. */
  readonly describeModel: (ref: ModelRef) => Promise<string>;
  readonly skills: Pick<SkillCatalog, 'get'>;
}

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const optionsSchema = v.object({
  title: v.optional(text),
  provider: v.optional(text),
  model: v.optional(text),
  skill: v.nullish(v.string()),
});

/**
 * Reads the argument `{title?, provider?, model?, skill?}` of `rejoin.newSession`. A model without a provider is
 * `provider/model`; of a provider alone it is the first model that is known. Rejects with `argument/invalid`,
 * `session/invalid-title`, `model/*` or `skill/*`, so that nothing is made of an argument that is half right.
 */
export async function parseNewSessionOptions(value: unknown, deps: NewSessionOptionsDeps): Promise<SessionChoices> {
  const { title, provider, model, skill } = parseOptions('options', optionsSchema, value);
  const ref = await modelOf(provider, model, deps);
  if (ref !== undefined) {
    await deps.describeModel(ref);
  }
  return {
    ...(title === undefined ? {} : { title: requireTitle(title) }),
    ...(ref === undefined ? {} : { model: ref }),
    ...(skill === undefined ? {} : { skill: await skillOf(skill, deps) }),
  };
}

async function modelOf(
  provider: string | undefined,
  model: string | undefined,
  { models }: NewSessionOptionsDeps,
): Promise<ModelRef | undefined> {
  if (provider === undefined) {
    return model === undefined ? undefined : (parseModelRef(model) ?? invalidModel());
  }
  if (model !== undefined) {
    return { provider, model };
  }
  const first = (await models()).find(({ id }) => id === provider)?.models[0];
  if (first === undefined) {
    throw new AppError('model/provider-not-found', { args: { provider } });
  }
  return first.ref;
}

function invalidModel(): never {
  const reason = vscode.l10n.t('“provider/model” is expected where no provider is given');
  throw new AppError('argument/invalid', { args: { name: 'model', reason } });
}

/** An empty name stands for no skill, as in the settings. */
async function skillOf(name: string | null, { skills }: NewSessionOptionsDeps): Promise<string | null> {
  return name === null || name === '' ? null : (await skills.get(name)).name;
}
