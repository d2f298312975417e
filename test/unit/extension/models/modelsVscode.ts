import { Emitter } from '../../../../src/core/base/event';
import { vscodeStub } from '../../../support/vscodeStub';

type Values = Map<string, unknown>;

/** Settings by whom they come from. What a workspace sets wins here, as if VS Code let everything through. */
export const settings = { user: new Map() as Values, workspace: new Map() as Values, folder: new Map() as Values };
/** Texts that a person was shown. */
export const shown: string[] = [];
/** What a person types next. */
export const typed: string[] = [];
const changed = new Emitter<{ affectsConfiguration(name: string): boolean }>();

/** Sets a setting as somebody who edits the file does. */
export function setByHand(source: keyof typeof settings, name: string, value: unknown): void {
  settings[source].set(name, value);
  changed.fire({ affectsConfiguration: (asked) => name.startsWith(asked) });
}

function tell(...texts: readonly unknown[]): Promise<undefined> {
  shown.push(texts.map((text) => JSON.stringify(text)).join(' '));
  return Promise.resolve(undefined);
}

/** As much of the `vscode` module as models need. */
export const modelsDouble = {
  ...vscodeStub,
  version: '1.106.0',
  UIKind: { Desktop: 1, Web: 2 },
  EventEmitter: Emitter,
  ConfigurationTarget: { Global: 1 },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  lm: { onDidChangeChatModels: new Emitter<void>().event, selectChatModels: () => Promise.resolve([]) },
  extensions: { all: [] },
  workspace: {
    ...vscodeStub.workspace,
    onDidChangeConfiguration: changed.event,
    getConfiguration: (section: string) => ({
      get: (key: string) => {
        const name = `${section}.${key}`;
        return settings.folder.get(name) ?? settings.workspace.get(name) ?? settings.user.get(name);
      },
      inspect: (key: string) => ({
        globalValue: settings.user.get(`${section}.${key}`),
        workspaceValue: settings.workspace.get(`${section}.${key}`),
        workspaceFolderValue: settings.folder.get(`${section}.${key}`),
      }),
      update: (key: string, value: unknown) => {
        setByHand('user', `${section}.${key}`, value);
        return Promise.resolve();
      },
    }),
  },
  window: {
    ...vscodeStub.window,
    showErrorMessage: tell,
    showWarningMessage: tell,
    showInformationMessage: tell,
    showInputBox: () => Promise.resolve(typed.shift()),
  },
};

/** Forgets everything that a test set and was shown. */
export function resetModels(): void {
  Object.values(settings).forEach((values) => values.clear());
  shown.length = 0;
  typed.length = 0;
}
