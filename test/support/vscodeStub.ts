type Listener = (value: never) => unknown;

const noEvent = (_listener: Listener) => ({ dispose: () => undefined });

/** Settings that a test sets; everything else has its default from the code. */
export const stubSettings = new Map<string, unknown>();
/** Values of `when` clause keys as they were set last. */
export const stubContextKeys = new Map<string, unknown>();
/** Ids and arguments of the commands that were executed, `setContext` left out. */
export const stubCommands: (readonly unknown[])[] = [];
/** Texts of the messages that a person was shown. */
export const stubMessages: string[] = [];
/** What a person types into the next input boxes; with none left they are cancelled. */
export const stubInputs: string[] = [];
/** Addresses that were opened outside. */
export const stubOpened: string[] = [];

const registered = new Map<string, (...args: readonly unknown[]) => unknown>();

function format(text: string, ...values: readonly unknown[]): string {
  return text.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)]));
}

function tell(text: string): Promise<undefined> {
  stubMessages.push(text);
  return Promise.resolve(undefined);
}

/** As much of the `vscode` module as the chat needs to run without a window. */
export const vscodeStub = {
  l10n: { t: format },
  TreeItem: class {
    constructor(
      readonly label: string,
      readonly collapsibleState = 0,
    ) {}
  },
  TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  env: {
    language: 'en',
    clipboard: { writeText: () => Promise.resolve() },
    openExternal: (uri: { toString(): string }) => Promise.resolve(stubOpened.push(uri.toString()) > 0),
  },
  Uri: {
    parse: (text: string) => ({ scheme: new URL(text).protocol.slice(0, -1), toString: () => text }),
    joinPath: (base: { readonly path: string }, ...parts: readonly string[]) => ({
      path: [base.path, ...parts].join('/'),
    }),
  },
  workspace: {
    isTrusted: true,
    workspaceFolders: undefined,
    getConfiguration: (section: string) => ({
      get: (key: string) => stubSettings.get(`${section}.${key}`),
      inspect: (key: string) => ({ globalValue: stubSettings.get(`${section}.${key}`) }),
    }),
    onDidChangeConfiguration: noEvent,
    onDidGrantWorkspaceTrust: noEvent,
    onDidChangeWorkspaceFolders: noEvent,
  },
  window: {
    showErrorMessage: tell,
    showWarningMessage: tell,
    showInformationMessage: tell,
    showInputBox: () => Promise.resolve(stubInputs.shift()),
    setStatusBarMessage: () => ({ dispose: () => undefined }),
  },
  commands: {
    registerCommand: (id: string, handler: (...args: readonly unknown[]) => unknown) => {
      registered.set(id, handler);
      return { dispose: () => registered.delete(id) };
    },
    executeCommand: (id: string, ...args: readonly unknown[]): Promise<unknown> => {
      if (id === 'setContext') {
        stubContextKeys.set(String(args[0]), args[1]);
        return Promise.resolve(undefined);
      }
      stubCommands.push([id, ...args]);
      return Promise.resolve(registered.get(id)?.(...args));
    },
  },
};
