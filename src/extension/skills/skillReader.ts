import * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';
import { formatProblem, type SourceProblem } from '../../core/base/sourceProblem';
import { maxSkillLength, parseSkillFile, type Skill } from '../../core/skill/skillFile';
import type { SkillProblemCode } from '../../core/skill/skillProblems';
import { skillProblemTexts } from '../checkpoints/skillProblemTexts';
import { readBytes } from '../platform/readBytes';
import { staysWithin } from '../platform/staysWithin';
import { skillFileIn, type SkillFolder, type SkillScope } from './skillFolders';

interface Found {
  readonly name: string;
  readonly scope: SkillScope;
  readonly uri: vscode.Uri;
}

/** A skill that can be used. */
export interface UsableSkill extends Found {
  readonly kind: 'usable';
  readonly skill: Skill;
}

/** A file that holds no skill, though it is where one should be. It is known by the name of its folder. */
export interface BadSkill extends Found {
  readonly kind: 'bad';
  /** Where the fault is, from 1. */
  readonly line: number;
  /** What is wrong, as a sentence. */
  readonly problem: string;
}

export type FoundSkill = UsableSkill | BadSkill;

/** More than anybody can choose from; a folder with more is something else. */
const maxSkills = 500;

/** The skills of a folder by name, bad files among them. Empty where there is no such folder. */
export async function readSkills(folder: SkillFolder, logger: Logger): Promise<readonly FoundSkill[]> {
  const names = await folderNames(folder.uri, logger);
  if (names.length > maxSkills) {
    logger.warn(`${folder.uri.toString()} holds more than ${maxSkills} skills; the rest is left out`);
  }
  const found = await Promise.all(names.slice(0, maxSkills).map((name) => readSkill(folder, name, logger)));
  return found.filter((skill) => skill !== undefined);
}

async function folderNames(uri: vscode.Uri, logger: Logger): Promise<readonly string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(uri);
    return entries
      .filter(([, type]) => (type & vscode.FileType.Directory) !== 0)
      .map(([name]) => name)
      .sort();
  } catch (error) {
    // Most folders have no skills.
    logger.debug('A folder of skills was not read', error);
    return [];
  }
}

async function readSkill(folder: SkillFolder, name: string, logger: Logger): Promise<FoundSkill | undefined> {
  const found = { name, scope: folder.scope, uri: skillFileIn(folder, name) };
  const bad = (problem: string, line = 1): BadSkill => {
    logger.warn(`${found.uri.toString()}, line ${line}: ${problem} The skill is left out.`);
    return { ...found, kind: 'bad', line, problem };
  };
  try {
    await vscode.workspace.fs.stat(found.uri);
    // Whoever wrote the workspace chose its links; those at home are the person's own.
    if (folder.scope === 'workspace' && !(await staysWithin(found.uri, [folder.root]))) {
      return bad(vscode.l10n.t('A link leads out of the folder.'));
    }
    const { bytes, size } = await readBytes(found.uri, maxSkillLength);
    if (size > maxSkillLength) {
      return bad(wordsOf({ code: 'skill/too-large', args: { length: size, limit: maxSkillLength } }));
    }
    const text = new TextDecoder().decode(bytes);
    const { skill, problems } = parseSkillFile(text, { folder: name });
    const [first] = problems.filter(({ severity }) => severity === 'error');
    if (skill !== undefined) {
      return { ...found, kind: 'usable', name: skill.name, skill };
    }
    return first === undefined ? undefined : bad(wordsOf(first), first.range.start.line + 1);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') {
      return undefined;
    }
    logger.warn(`${found.uri.toString()} was not read`, error);
    return bad(vscode.l10n.t('The file cannot be read.'));
  }
}

function wordsOf(problem: Pick<SourceProblem<SkillProblemCode>, 'code' | 'args'>): string {
  return formatProblem(problem, skillProblemTexts()[problem.code]);
}
