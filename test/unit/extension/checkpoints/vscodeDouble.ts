import { mkdir, readdir } from 'node:fs/promises';
import { Emitter } from '../../../../src/core/base/event';
import { vscodeStub } from '../../../support/vscodeStub';
import { Uri } from './uriDouble';

/** A message as it was shown. */
export interface ShownMessage {
  readonly kind: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly modal: boolean;
  readonly detail: string;
  readonly buttons: readonly string[];
}

interface Item {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly picked?: boolean;
}

class QuickPickDouble {
  title = '';
  placeholder = '';
  items: readonly Item[] = [];
  selectedItems: readonly Item[] = [];
  isOpen = false;
  private readonly accepted = new Emitter<void>();
  private readonly hidden = new Emitter<void>();
  private readonly selectionChanged = new Emitter<readonly Item[]>();
  private readonly buttonTriggered = new Emitter<unknown>();
  readonly onDidAccept = this.accepted.event;
  readonly onDidHide = this.hidden.event;
  readonly onDidChangeSelection = this.selectionChanged.event;
  readonly onDidTriggerItemButton = this.buttonTriggered.event;

  show(): void {
    this.isOpen = true;
  }
  hide(): void {
    this.isOpen = false;
    this.hidden.fire();
  }
  dispose(): void {
    this.isOpen = false;
  }

  /** Chooses the items with these labels, as a person does. */
  select(...labels: readonly string[]): void {
    this.selectedItems = this.items.filter((item) => labels.includes(item.label));
    this.selectionChanged.fire(this.selectedItems);
  }
  accept(): void {
    this.accepted.fire();
  }
  press(label: string, tooltip: string): void {
    const item = this.items.find((candidate) => candidate.label === label) as
      { readonly buttons?: readonly { readonly tooltip: string }[] } | undefined;
    this.buttonTriggered.fire({ item, button: item?.buttons?.find((button) => button.tooltip === tooltip) });
  }
}

type Answer<Question, Result> = (question: Question) => Result | undefined;

/** The person before the screen: what they were shown and what they answer. Everything is cancelled unless a test says otherwise. */
export const person = {
  messages: [] as ShownMessage[],
  /** Label of the button that is pressed. */
  onMessage: (() => undefined) as Answer<ShownMessage, string>,
  picks: [] as { readonly title: string; readonly items: readonly Item[] }[],
  /** Label, or labels, of what is chosen in a simple list. */
  onPick: (() => undefined) as Answer<{ readonly placeHolder: string }, string | readonly string[]>,
  quickPicks: [] as QuickPickDouble[],
  onInput: (() => undefined) as Answer<{ validateInput?(text: string): string | undefined }, string>,
  saveDialogs: [] as { readonly defaultUri: Uri }[],
  onSave: (() => undefined) as Answer<{ readonly defaultUri: Uri }, Uri>,
  onOpen: (() => undefined) as Answer<unknown, readonly Uri[]>,
  /** Documents that were brought up, with the line and character selected. */
  editors: [] as { readonly uri: string; readonly at: string | undefined }[],
  activeEditor: undefined as { readonly document: { readonly uri: Uri } } | undefined,
  documents: [] as { uri: Uri; isDirty: boolean; isUntitled: boolean; getText(): string }[],
  folders: undefined as readonly { readonly uri: Uri }[] | undefined,
  /** Answers whether a progress was cancelled, asked before each step. */
  onProgress: (() => false) as () => boolean,
  settings: { user: new Map<string, unknown>(), workspace: new Map<string, unknown>() },
  commands: [] as (readonly unknown[])[],
  clipboard: [] as string[],
};
const initial = { ...person };

/** Forgets everything that a test did and set. */
export function resetPerson(): void {
  Object.assign(person, initial, {
    messages: [],
    picks: [],
    quickPicks: [],
    saveDialogs: [],
    editors: [],
    documents: [],
    commands: [],
    clipboard: [],
    settings: { user: new Map(), workspace: new Map() },
  });
  memoryFiles.clear();
}

/** Files of another scheme than `file`. */
export const memoryFiles = new Map<string, Uint8Array>();

function fileError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function tell(kind: ShownMessage['kind']) {
  return (text: string, ...rest: readonly unknown[]): Promise<unknown> => {
    const [first] = rest;
    const options = (typeof first === 'object' && first !== null && 'modal' in first ? first : {}) as {
      readonly modal?: boolean;
      readonly detail?: string;
    };
    const items = (options === first ? rest.slice(1) : rest) as readonly (string | { readonly title: string })[];
    const titleOf = (item: string | { readonly title: string }): string =>
      typeof item === 'string' ? item : item.title;
    const message = {
      kind,
      text,
      modal: options.modal === true,
      detail: options.detail ?? '',
      buttons: items.map(titleOf),
    };
    person.messages.push(message);
    const answer = person.onMessage(message);
    return Promise.resolve(items.find((item) => titleOf(item) === answer));
  };
}

const saved = new Emitter<{ readonly uri: Uri }>();
const providers = new Map<string, { provideTextDocumentContent(uri: Uri): Promise<string> }>();

/** As much of the `vscode` module as checkpoints and storage need, with a person who answers. */
export const vscodeDouble = {
  ...vscodeStub,
  Uri,
  FileType: { Unknown: 0, File: 1, Directory: 2 },
  ProgressLocation: { Notification: 15 },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  TextEditorRevealType: { InCenterIfOutsideViewport: 2 },
  EventEmitter: Emitter,
  Range: class {
    readonly start: { readonly line: number; readonly character: number };
    constructor(
      line: number,
      character: number,
      readonly endLine: number,
      readonly endCharacter: number,
    ) {
      this.start = { line, character };
    }
  },
  Selection: class {
    constructor(readonly start: unknown) {}
  },
  env: {
    ...vscodeStub.env,
    clipboard: { writeText: (text: string) => Promise.resolve(person.clipboard.push(text)) },
  },
  commands: {
    executeCommand: (...command: readonly unknown[]) => Promise.resolve(void person.commands.push(command)),
  },
  window: {
    get activeTextEditor() {
      return person.activeEditor;
    },
    showInformationMessage: tell('information'),
    showWarningMessage: tell('warning'),
    showErrorMessage: tell('error'),
    showQuickPick: (
      items: readonly Item[],
      options: { readonly title: string; readonly placeHolder: string; readonly canPickMany?: boolean },
    ) => {
      person.picks.push({ title: options.title, items });
      const answer = person.onPick(options);
      const labels = typeof answer === 'string' ? [answer] : answer;
      const chosen = labels === undefined ? undefined : items.filter((item) => labels.includes(item.label));
      return Promise.resolve(options.canPickMany === true ? chosen : chosen?.[0]);
    },
    createQuickPick: () => {
      const picker = new QuickPickDouble();
      person.quickPicks.push(picker);
      return picker;
    },
    showInputBox: (options: { validateInput?(text: string): string | undefined }) =>
      Promise.resolve(person.onInput(options)),
    showSaveDialog: (options: { readonly defaultUri: Uri }) => {
      person.saveDialogs.push(options);
      return Promise.resolve(person.onSave(options));
    },
    showOpenDialog: (options: unknown) => Promise.resolve(person.onOpen(options)),
    showTextDocument: (target: Uri | { readonly uri: Uri }) => {
      const uri = target instanceof Uri ? target : target.uri;
      const index = person.editors.push({ uri: uri.toString(), at: undefined }) - 1;
      return Promise.resolve({
        set selection({ start }: { readonly start: { readonly line: number; readonly character: number } }) {
          person.editors[index] = { uri: uri.toString(), at: `${start.line}:${start.character}` };
        },
        revealRange: () => undefined,
      });
    },
    withProgress: (_: unknown, task: (progress: unknown, token: unknown) => Promise<unknown>) =>
      task(
        { report: () => undefined },
        {
          get isCancellationRequested() {
            return person.onProgress();
          },
          onCancellationRequested: () => ({ dispose: () => undefined }),
        },
      ),
  },
  workspace: {
    ...vscodeStub.workspace,
    get textDocuments() {
      return person.documents;
    },
    get workspaceFolders() {
      return person.folders;
    },
    getConfiguration: (section: string) => ({
      get: (key: string) =>
        person.settings.workspace.get(`${section}.${key}`) ?? person.settings.user.get(`${section}.${key}`),
      inspect: (key: string) => ({ globalValue: person.settings.user.get(`${section}.${key}`) }),
    }),
    onDidSaveTextDocument: saved.event,
    registerTextDocumentContentProvider: (
      scheme: string,
      provider: { provideTextDocumentContent(uri: Uri): Promise<string> },
    ) => {
      providers.set(scheme, provider);
      return { dispose: () => providers.delete(scheme) };
    },
    openTextDocument: async (uri: Uri) => {
      const text = (await providers.get(uri.scheme)?.provideTextDocumentContent(uri)) ?? '';
      const document = { uri, isDirty: false, isUntitled: false, getText: () => text };
      person.documents.push(document);
      return document;
    },
    fs: {
      readDirectory: async (uri: Uri) => (await readdir(uri.fsPath)).map((name) => [name, 1] as const),
      createDirectory: (uri: Uri) => mkdir(uri.fsPath),
      stat: (uri: Uri) => {
        const bytes = memoryFiles.get(uri.toString());
        return bytes === undefined
          ? Promise.reject(fileError('FileNotFound'))
          : Promise.resolve({ type: 1, size: bytes.byteLength });
      },
      readFile: (uri: Uri) => Promise.resolve(memoryFiles.get(uri.toString())),
      writeFile: (uri: Uri, bytes: Uint8Array) => Promise.resolve(memoryFiles.set(uri.toString(), bytes)),
      rename: (from: Uri, to: Uri) => {
        if (to.path.startsWith('/full/')) {
          return Promise.reject(fileError('NoPermissions'));
        }
        memoryFiles.set(to.toString(), memoryFiles.get(from.toString()) ?? new Uint8Array());
        memoryFiles.delete(from.toString());
        return Promise.resolve();
      },
      delete: (uri: Uri) => Promise.resolve(memoryFiles.delete(uri.toString())),
    },
  },
};
