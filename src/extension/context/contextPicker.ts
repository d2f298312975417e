import * as path from 'node:path';
import * as vscode from 'vscode';
import { withoutIcons } from '../sessions/sessionText';
import { keyOf } from './contextAddress';
import {
  draftOfProblems,
  draftOfSetting,
  draftOfTerminal,
  draftsOfSelection,
  type ContextDraft,
} from './contextSources';
import { findFiles } from './folderListing';
import { countProblems } from './problemsText';

/** What a person chose: items that are there already, and addresses that are still to be read. */
export interface ContextChoice {
  readonly drafts: readonly ContextDraft[];
  readonly uris: readonly vscode.Uri[];
}

interface KindItem extends vscode.QuickPickItem {
  /** Undefined when the person cancels. */
  readonly choose?: () => Promise<ContextChoice | undefined>;
}

interface UriItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri;
}

const maxFiles = 10_000;

/** Asks what to attach. Undefined when the person cancels. */
export async function pickContext(): Promise<ContextChoice | undefined> {
  const title = vscode.l10n.t('Attach Context');
  const placeHolder = vscode.l10n.t('What should the model know?');
  const item = await vscode.window.showQuickPick(kindItems(), { title, placeHolder, matchOnDescription: true });
  return item?.choose?.();
}

function kindItems(): readonly KindItem[] {
  const editor = vscode.window.activeTextEditor;
  const active = editor?.document.uri;
  const others = openFiles().filter((uri) => uri.toString() !== active?.toString());
  const separator = (label: string): KindItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const open = [
    ...(editor === undefined ? [] : editorItems(editor)),
    ...(others.length === 0 ? [] : [separator(vscode.l10n.t('Open editors')), ...others.map(fileItem)]),
  ];
  return [
    ...open,
    ...(open.length === 0 ? [] : [separator(vscode.l10n.t('More'))]),
    { label: `$(files) ${vscode.l10n.t('Files…')}`, choose: pickFiles },
    { label: `$(folder) ${vscode.l10n.t('Folder…')}`, choose: pickFolder },
    ...problemItems(active),
    {
      label: `$(terminal) ${vscode.l10n.t('Selection in the terminal')}`,
      choose: async () => ofDrafts([await draftOfTerminal()]),
    },
    { label: `$(gear) ${vscode.l10n.t('Setting…')}`, choose: pickSetting },
  ];
}

function editorItems(editor: vscode.TextEditor): readonly KindItem[] {
  const { uri } = editor.document;
  const description = withoutIcons(keyOf(uri));
  const selection: KindItem = {
    label: `$(list-selection) ${vscode.l10n.t('Selection in the editor')}`,
    description,
    choose: () => Promise.resolve(ofDrafts(draftsOfSelection(editor))),
  };
  const file: KindItem = {
    label: `$(file) ${vscode.l10n.t('File in the editor')}`,
    description,
    choose: () => Promise.resolve(ofUris([uri])),
  };
  return editor.selections.some(({ isEmpty }) => !isEmpty) ? [selection, file] : [file];
}

function problemItems(active: vscode.Uri | undefined): readonly KindItem[] {
  const item = (label: string, uri?: vscode.Uri): readonly KindItem[] => {
    const count = countProblems(uri);
    return count === 0
      ? []
      : [
          {
            label: `$(warning) ${label}`,
            description: String(count),
            choose: () => Promise.resolve(ofDrafts([draftOfProblems(uri)])),
          },
        ];
  };
  return [
    ...(active === undefined ? [] : item(vscode.l10n.t('Problems of the file in the editor'), active)),
    ...item(vscode.l10n.t('Problems of the workspace')),
  ];
}

/** Each once, however many editors show it. */
function openFiles(): readonly vscode.Uri[] {
  const uris = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

function fileItem(uri: vscode.Uri): KindItem & UriItem {
  return { ...uriItem(uri, 'file'), choose: () => Promise.resolve(ofUris([uri])) };
}

async function pickFiles(): Promise<ContextChoice | undefined> {
  const title = vscode.l10n.t('Attach Files');
  const items = findFiles('**/*', maxFiles).then((uris) => byPath(uris).map((uri) => uriItem(uri, 'file')));
  const placeHolder = vscode.l10n.t('Choose the files to attach');
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder,
    canPickMany: true,
    matchOnDescription: true,
  });
  return chosen === undefined || chosen.length === 0 ? undefined : ofUris(chosen.map(({ uri }) => uri));
}

async function pickFolder(): Promise<ContextChoice | undefined> {
  const title = vscode.l10n.t('Attach Folder');
  const items = findFiles('**/*', maxFiles).then((uris) => foldersOf(uris).map((uri) => uriItem(uri, 'folder')));
  const placeHolder = vscode.l10n.t('The names of the files in the folder are attached');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  return chosen === undefined ? undefined : ofUris([chosen.uri]);
}

/** The folders of the workspace and every folder in them that holds a file. */
function foldersOf(files: readonly vscode.Uri[]): readonly vscode.Uri[] {
  const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const folders = new Map(roots.map((uri) => [uri.toString(), uri]));
  for (const file of files) {
    for (let uri = vscode.Uri.joinPath(file, '..'); !folders.has(uri.toString()) && uri.path !== '/';) {
      folders.set(uri.toString(), uri);
      uri = vscode.Uri.joinPath(uri, '..');
    }
  }
  return byPath([...folders.values()]);
}

async function pickSetting(): Promise<ContextChoice | undefined> {
  const id = await vscode.window.showInputBox({
    title: vscode.l10n.t('Attach Setting'),
    prompt: vscode.l10n.t('Id of the setting whose value is attached'),
    placeHolder: 'editor.tabSize',
    validateInput: (value) =>
      draftOfSetting(value.trim()) === undefined ? vscode.l10n.t('There is no setting of this id.') : undefined,
  });
  const draft = id === undefined ? undefined : draftOfSetting(id.trim());
  return draft === undefined ? undefined : ofDrafts([draft]);
}

function ofDrafts(drafts: readonly ContextDraft[]): ContextChoice {
  return { drafts, uris: [] };
}

function ofUris(uris: readonly vscode.Uri[]): ContextChoice {
  return { drafts: [], uris };
}

function byPath(uris: readonly vscode.Uri[]): readonly vscode.Uri[] {
  return [...uris].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function uriItem(uri: vscode.Uri, icon: 'file' | 'folder'): UriItem {
  const name = path.posix.basename(uri.path);
  const key = keyOf(uri);
  return {
    label: withoutIcons(name),
    // In full, so that a path can be typed.
    ...(key === name ? {} : { description: withoutIcons(key) }),
    iconPath: new vscode.ThemeIcon(icon),
    uri,
  };
}
