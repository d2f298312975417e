import * as vscode from 'vscode';

/** `workspace`: comes with the folder that is open; `user`: the person's own, in the home folder. */
export type SkillScope = 'workspace' | 'user';

/** A folder whose folders are skills. */
export interface SkillFolder {
  readonly scope: SkillScope;
  readonly uri: vscode.Uri;
  /** Folder that holds `.rejoin`. */
  readonly root: vscode.Uri;
  /** Name of the root for people. */
  readonly label: string;
}

const skillFileName = 'SKILL.md';
const skillsPath = ['.rejoin', 'skills'];

/** Where skills are looked for, in the order in which one wins over another of the same name. */
export function skillFolders(home: vscode.Uri): readonly SkillFolder[] {
  return [...workspaceSkillFolders(), userSkillFolder(home)];
}

/** None in a workspace that is not trusted: a skill tells a model what to do. */
export function workspaceSkillFolders(): readonly SkillFolder[] {
  const folders = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
  return folders.map(({ uri, name }) => toFolder('workspace', uri, name));
}

export function userSkillFolder(home: vscode.Uri): SkillFolder {
  return toFolder('user', home, vscode.l10n.t('Home folder'));
}

/** Address of the file of a skill. */
export function skillFileIn(folder: SkillFolder, name: string): vscode.Uri {
  return vscode.Uri.joinPath(folder.uri, name, skillFileName);
}

/** Everything whose coming or going changes the skills of a folder; of what is in a folder that goes VS Code tells nothing. */
export function skillPattern({ scope, root, uri }: SkillFolder): vscode.RelativePattern {
  // VS Code follows a workspace as a whole anyway, but of the home folder only what it is told to.
  return scope === 'workspace'
    ? new vscode.RelativePattern(root, '{.rejoin,.rejoin/skills,.rejoin/skills/**}')
    : new vscode.RelativePattern(uri, '**');
}

function toFolder(scope: SkillScope, root: vscode.Uri, label: string): SkillFolder {
  return { scope, root, label, uri: vscode.Uri.joinPath(root, ...skillsPath) };
}
