import * as vscode from 'vscode';
import * as v from 'valibot';
import { AppError } from '../../core/base/errors';
import { formatProblem } from '../../core/base/sourceProblem';
import { isSkillName } from '../../core/skill/skillFields';
import { skillProblemTexts } from '../checkpoints/skillProblemTexts';
import { parseOptions } from '../platform/parseOptions';
import { staysWithin } from '../platform/staysWithin';
import { skillFileIn, userSkillFolder, workspaceSkillFolders, type SkillFolder } from './skillFolders';

export interface NewSkillDeps {
  readonly homeFolder: vscode.Uri;
}

const optionsSchema = v.optional(v.object({ scope: v.optional(v.picklist(['workspace', 'user'])) }), {});

/**
 * Writes a `SKILL.md` to begin with and shows it. Asks for the name and the place where they are not given. Returns the
 * address of the file, or undefined when the person cancelled.
 * Rejects with `argument/invalid`, and with `skill/exists` rather than writing over a file.
 */
export async function newSkill(
  { homeFolder }: NewSkillDeps,
  nameArgument?: unknown,
  optionsArgument?: unknown,
): Promise<vscode.Uri | undefined> {
  const { scope } = parseOptions('options', optionsSchema, optionsArgument ?? undefined);
  const name = nameArgument == null ? await askForName() : readName(nameArgument);
  const folder = name === undefined ? undefined : await chooseFolder(skillPlaces(homeFolder, scope));
  if (name === undefined || folder === undefined) {
    return undefined;
  }
  const uri = skillFileIn(folder, name);
  await writeFile(folder, uri, startingText(name));
  await vscode.window.showTextDocument(uri);
  return uri;
}

function readName(value: unknown): string {
  if (typeof value !== 'string' || !isSkillName(value)) {
    throw new AppError('argument/invalid', { args: { name: 'name', reason: nameFault(JSON.stringify(value)) } });
  }
  return value;
}

async function askForName(): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('New Skill'),
    prompt: vscode.l10n.t('Name of the skill, which is also what you type behind a slash to use it'),
    placeHolder: 'review',
    validateInput: (value) => (isSkillName(value.trim()) ? undefined : nameFault(value)),
  });
  return typed?.trim();
}

function nameFault(name: string): string {
  return formatProblem({ args: { name } }, skillProblemTexts()['skill/name-invalid']);
}

function skillPlaces(home: vscode.Uri, scope: SkillFolder['scope'] | undefined): readonly SkillFolder[] {
  const places = [
    ...(scope === 'user' ? [] : workspaceSkillFolders()),
    ...(scope === 'workspace' ? [] : [userSkillFolder(home)]),
  ];
  if (places.length === 0) {
    const reason = vscode.l10n.t('there is no folder open that you trust');
    throw new AppError('argument/invalid', { args: { name: 'scope', reason } });
  }
  return places;
}

async function chooseFolder(places: readonly SkillFolder[]): Promise<SkillFolder | undefined> {
  const [only, ...others] = places;
  if (others.length === 0) {
    return only;
  }
  const items = places.map((folder) => ({
    label: folder.label,
    description:
      folder.scope === 'user'
        ? vscode.l10n.t('for you, in every folder')
        : vscode.l10n.t('for everybody who works in it'),
    folder,
  }));
  const title = vscode.l10n.t('New Skill');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Where is it of use?') });
  return chosen?.folder;
}

async function writeFile({ scope, root }: SkillFolder, uri: vscode.Uri, text: string): Promise<void> {
  if (scope === 'workspace' && !(await staysWithin(uri, [root]))) {
    throw new AppError('skill/outside', { args: { path: uri.fsPath } });
  }
  if (await isThere(uri)) {
    throw new AppError('skill/exists', { args: { path: uri.fsPath } });
  }
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(uri, '..'));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') {
      return false;
    }
    throw error;
  }
}

/** A skill that works as it is and shows every field that there is. */
function startingText(name: string): string {
  const description = vscode.l10n.t('One line that says when this skill is of use');
  const model = vscode.l10n.t('Model to answer with, as provider/model; without it the session keeps its own.');
  const tools = vscode.l10n.t('The only tools that may be used; without it all of them.');
  const body = vscode.l10n.t(
    'Write here what the model should keep to. {0} stands for what is typed behind /{1}.',
    '$ARGUMENTS',
    name,
  );
  return [
    '---',
    `name: ${name}`,
    `description: ${JSON.stringify(description)}`,
    `# ${model}`,
    '# model: openai/gpt-5',
    `# ${tools}`,
    '# tools: []',
    '---',
    '',
    body,
    '',
  ].join('\n');
}
