import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { ModelRef } from '../../core/session/session';
import { parseModelRef } from '../models/modelRefText';
import { textOfError } from '../platform/errorTexts';
import { withoutLinks } from '../sessions/sessionText';
import type { SkillCatalog } from './skillCatalog';
import { pickSkill } from './skillPicker';
import type { FoundSkill, UsableSkill } from './skillReader';

export interface SelectSkillDeps {
  readonly catalog: Pick<SkillCatalog, 'entries' | 'get'>;
  /** Skill of the session shown, also while it has no row yet. */
  currentSkill(): Promise<string | null>;
  setSkill(name: string | null): Promise<void>;
  /** Name of a model for people. Rejects with `model/*` for one that is not there. */
  describeModel(ref: ModelRef): Promise<string>;
  setModel(ref: ModelRef): Promise<void>;
  /** Asks for a name and makes a skill of it. */
  newSkill(): Promise<unknown>;
  readonly logger: Logger;
}

/**
 * Chooses the skill of the session shown; with a name it asks nothing, and an empty one stands for no skill. A model
 * that the skill names answers from then on, if it is there. Returns the name, null for none, and undefined when the
 * person cancelled or went to edit a skill. Rejects with `argument/invalid`, `skill/not-found` or `skill/invalid`.
 */
export async function selectSkill(deps: SelectSkillDeps, argument?: unknown): Promise<string | null | undefined> {
  const choice = argument === undefined ? await askForSkill(deps) : await readSkillArgument(deps, argument);
  if (choice === undefined) {
    return undefined;
  }
  await deps.setSkill(choice?.name ?? null);
  if (choice?.skill.model != null) {
    await applyModel(deps, choice.skill.name, choice.skill.model);
  }
  return choice?.name ?? null;
}

/** Shows the file of a skill, of a bad one at its fault. */
export async function openSkill(skill: FoundSkill): Promise<void> {
  const line = skill.kind === 'bad' ? skill.line - 1 : 0;
  await vscode.window.showTextDocument(skill.uri, { selection: new vscode.Range(line, 0, line, 0) });
}

async function askForSkill(deps: SelectSkillDeps): Promise<UsableSkill | null | undefined> {
  const choice = await pickSkill(...(await Promise.all([deps.catalog.entries(), deps.currentSkill()])));
  switch (choice?.kind) {
    case 'skill':
      return choice.skill;
    case 'none':
      return null;
    case 'new':
      await deps.newSkill();
      return undefined;
    case 'open':
      await openSkill(choice.skill);
      return undefined;
    case undefined:
      return undefined;
  }
}

async function readSkillArgument(deps: SelectSkillDeps, argument: unknown): Promise<UsableSkill | null> {
  if (argument !== null && typeof argument !== 'string') {
    throw new AppError('argument/invalid', { args: { name: 'skill', reason: vscode.l10n.t('a text is expected') } });
  }
  return argument === null || argument === '' ? null : deps.catalog.get(argument);
}

/** The skill holds either way: its model is what it works best with, not what it needs. */
async function applyModel(deps: SelectSkillDeps, skill: string, model: string): Promise<void> {
  const ref = parseModelRef(model);
  try {
    if (ref !== undefined) {
      await deps.describeModel(ref);
      await deps.setModel(ref);
    }
  } catch (error) {
    deps.logger.warn(`The model of the skill ${skill} cannot be used`, error);
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'The session keeps its model, because that of the skill “{0}” cannot be used. {1}',
        skill,
        withoutLinks(textOfError(error)),
      ),
    );
  }
}
