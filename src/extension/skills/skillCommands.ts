import type * as vscode from 'vscode';
import { newSkill, type NewSkillDeps } from './newSkill';
import { selectSkill, type SelectSkillDeps } from './selectSkill';

export type SkillCommandDeps = NewSkillDeps & Omit<SelectSkillDeps, 'newSkill'>;

/** Handlers of the commands on skills. */
export function createSkillCommands(deps: SkillCommandDeps) {
  const create = (name?: unknown, options?: unknown): Promise<vscode.Uri | undefined> => newSkill(deps, name, options);
  return {
    'rejoin.selectSkill': (name?: unknown): Promise<string | null | undefined> =>
      selectSkill({ ...deps, newSkill: () => create() }, name),
    'rejoin.newSkill': create,
  };
}
