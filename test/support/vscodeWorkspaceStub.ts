import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Emitter } from '../../src/core/base/event';
import { stubCommands, vscodeStub } from './vscodeStub';

/** As much of `vscode.Uri` as files need. */
export class StubUri {
  constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly fragment = '',
  ) {}

  static file(file: string): StubUri {
    return new StubUri('file', '', file);
  }

  static parse(text: string): StubUri {
    const url = new URL(text);
    const [scheme, decode] = [url.protocol.slice(0, -1), decodeURIComponent];
    return new StubUri(scheme, url.host, decode(url.pathname), decode(url.hash.slice(1)));
  }

  static from(parts: { readonly scheme: string; readonly path: string; readonly authority?: string }): StubUri {
    return new StubUri(parts.scheme, parts.authority ?? '', parts.path);
  }

  static joinPath(base: StubUri, ...parts: readonly string[]): StubUri {
    return base.with({ path: path.posix.join(base.path, ...parts) });
  }

  get fsPath(): string {
    return this.path;
  }

  with(change: { readonly path?: string; readonly fragment?: string }): StubUri {
    return new StubUri(this.scheme, this.authority, change.path ?? this.path, change.fragment ?? this.fragment);
  }

  toString(): string {
    const fragment = this.fragment === '' ? '' : `#${encodeURIComponent(this.fragment)}`;
    return `${this.scheme}://${this.authority}${this.path.split('/').map(encodeURIComponent).join('/')}${fragment}`;
  }
}

export class StubFileSystemError extends Error {
  constructor(
    readonly code: string,
    message = code,
  ) {
    super(message);
  }

  static FileNotADirectory(uri: StubUri): StubFileSystemError {
    return new StubFileSystemError('FileNotADirectory', uri.path);
  }
}

class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }

  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
}

/** An open document, perhaps with changes that are not on disk. */
export interface StubDocument {
  readonly uri: StubUri;
  getText(range?: Range): string;
}

export function stubDocument(uri: StubUri, text: string): StubDocument {
  const lines = text.split('\n');
  const offset = ({ line, character }: Position): number =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  return { uri, getText: (range) => (range === undefined ? text : text.slice(offset(range.start), offset(range.end))) };
}

interface StubItem {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly buttons?: readonly object[];
}

/** A list or an input box that is shown; a test acts in it as a person would. */
export class StubInput {
  title = '';
  placeholder = '';
  prompt = '';
  value = '';
  step?: number;
  totalSteps?: number;
  ignoreFocusOut = false;
  busy = false;
  validationMessage?: string;
  items: readonly StubItem[] = [];
  activeItems: readonly StubItem[] = [];
  selectedItems: readonly StubItem[] = [];
  buttons: readonly { readonly tooltip?: string }[] = [];
  isOpen = false;
  private readonly accepted = new Emitter<void>();
  private readonly hidden = new Emitter<void>();
  private readonly changed = new Emitter<string>();
  private readonly triggered = new Emitter<object>();
  private readonly itemTriggered = new Emitter<{ readonly item: StubItem; readonly button: object }>();
  readonly onDidAccept = this.accepted.event;
  readonly onDidHide = this.hidden.event;
  readonly onDidChangeValue = this.changed.event;
  readonly onDidTriggerButton = this.triggered.event;
  readonly onDidTriggerItemButton = this.itemTriggered.event;

  show(): void {
    this.isOpen = true;
  }

  hide(): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.hidden.fire();
    }
  }

  dispose(): void {
    this.hide();
  }

  get labels(): readonly string[] {
    return this.items.map(({ label }) => label);
  }

  itemOf(label: string): StubItem {
    const item = this.items.find((each) => each.label === label);
    if (item === undefined) {
      throw new Error(`There is no ${label} among ${this.labels.join(', ')}`);
    }
    return item;
  }

  /** Presses Enter with what is typed. */
  enter(text: string): void {
    this.type(text);
    this.accepted.fire();
  }

  type(text: string): void {
    this.value = text;
    this.changed.fire(text);
  }

  choose(label: string): void {
    this.selectedItems = [this.itemOf(label)];
    this.accepted.fire();
  }

  press(tooltip: string): void {
    const button = this.buttons.find((each) => each.tooltip === tooltip);
    if (button === undefined) {
      throw new Error(`There is no button ${tooltip}`);
    }
    this.triggered.fire(button);
  }

  pressOn(label: string, tooltip: string): void {
    const item = this.itemOf(label);
    const button = item.buttons?.find((each) => (each as { readonly tooltip?: string }).tooltip === tooltip);
    if (button === undefined) {
      throw new Error(`${label} has no button ${tooltip}`);
    }
    this.itemTriggered.fire({ item, button });
  }
}

/** A watcher that tells only what a test says. */
export class StubWatcher {
  private readonly created = new Emitter<StubUri>();
  private readonly changed = new Emitter<StubUri>();
  private readonly deleted = new Emitter<StubUri>();
  readonly onDidCreate = this.created.event;
  readonly onDidChange = this.changed.event;
  readonly onDidDelete = this.deleted.event;
  isDisposed = false;

  constructor(readonly pattern: { readonly base: StubUri; readonly pattern: string }) {}

  fire(kind: 'created' | 'changed' | 'deleted', file: string): void {
    this[kind].fire(StubUri.file(file));
  }

  dispose(): void {
    this.isDisposed = true;
  }
}

type Answer = (items: readonly StubItem[], options: { readonly title?: string }) => StubItem | readonly StubItem[];

interface InputOptions {
  readonly title?: string;
  readonly validateInput?: (value: string) => string | undefined;
}

/** What tests set up and look at. Reset before each test. */
export const stubWindow = {
  inputs: [] as StubInput[],
  /** Answers to lists that are shown by a call; with none left they are cancelled. */
  answers: [] as Answer[],
  /** Texts for input boxes that are shown by a call. */
  texts: [] as string[],
  /** Faults that such boxes told. */
  faults: [] as string[],
  /** Messages with the buttons under them; `confirm` presses the first one. */
  messages: [] as string[],
  confirm: false,
  watchers: [] as StubWatcher[],
  /** What is shown in editors, with the line that is selected. */
  opened: [] as { readonly target: string; readonly line?: number }[],
  clipboard: '',
  /** What the terminal's selection is; undefined where nothing is selected. */
  terminalSelection: undefined as string | undefined,
  diagnostics: [] as (readonly [StubUri, readonly object[]])[],
};

export function resetStubWindow(): void {
  for (const value of Object.values(stubWindow)) {
    if (Array.isArray(value)) {
      value.length = 0;
    }
  }
  Object.assign(stubWindow, { confirm: false, clipboard: '', terminalSelection: undefined });
  Object.assign(workspace, { workspaceFolders: undefined, isTrusted: true, textDocuments: [], name: undefined });
  Object.assign(window, { activeTextEditor: undefined, activeTerminal: undefined, tabGroups: { all: [] } });
  configuration.clear();
}

const configuration = new Map<string, unknown>();

export function setStubSetting(id: string, value: unknown): void {
  configuration.set(id, value);
}

const trustGranted = new Emitter<void>();
const foldersChanged = new Emitter<void>();

export function grantStubTrust(): void {
  workspace.isTrusted = true;
  trustGranted.fire();
}

/** Opens folders by their names. */
export function openStubFolders(folders: Readonly<Record<string, string>>): void {
  workspace.workspaceFolders = Object.entries(folders).map(([name, folder]) => ({ name, uri: StubUri.file(folder) }));
  foldersChanged.fire();
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    throw new StubFileSystemError(code === 'ENOENT' ? 'FileNotFound' : (code ?? 'Unknown'), String(error));
  }
}

const fs = {
  stat: (uri: StubUri) =>
    onDisk(async () => {
      const found = await stat(uri.fsPath);
      return { type: found.isDirectory() ? 2 : 1, size: found.size };
    }),
  readFile: (uri: StubUri) => onDisk(async () => new Uint8Array(await readFile(uri.fsPath))),
  readDirectory: (uri: StubUri) =>
    onDisk(async () => {
      const entries = await readdir(uri.fsPath, { withFileTypes: true });
      return entries.map(
        (entry) => [entry.name, entry.isDirectory() ? 2 : entry.isSymbolicLink() ? 64 | 2 : 1] as const,
      );
    }),
  createDirectory: (uri: StubUri) => onDisk(async () => void (await mkdir(uri.fsPath, { recursive: true }))),
  writeFile: (uri: StubUri, bytes: Uint8Array) => onDisk(() => writeFile(uri.fsPath, bytes)),
};

function toRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^}]*)\}/g, (_, group: string) => `(${group.split(',').join('|')})`)
    .replace(/\*\*\/?|\*/g, (stars) => (stars === '**/' ? '(.*/)?' : stars === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}(/.*)?$`);
}

async function findFiles(
  include: string | { readonly base: StubUri },
  exclude: string | undefined,
  limit: number,
): Promise<readonly StubUri[]> {
  const roots = typeof include === 'string' ? (workspace.workspaceFolders ?? []).map(({ uri }) => uri) : [include.base];
  const excluded = exclude === undefined ? undefined : toRegExp(exclude);
  const found: StubUri[] = [];
  for (const root of roots) {
    const entries = await readdir(root.fsPath, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    found.push(
      ...files
        .filter((file) => excluded?.test(path.relative(root.fsPath, file)) !== true)
        .map((file) => StubUri.file(file)),
    );
  }
  return found.slice(0, limit);
}

const workspace = {
  ...vscodeStub.workspace,
  isTrusted: true,
  name: undefined as string | undefined,
  workspaceFolders: undefined as readonly { readonly name: string; readonly uri: StubUri }[] | undefined,
  textDocuments: [] as readonly StubDocument[],
  fs,
  findFiles,
  onDidGrantWorkspaceTrust: trustGranted.event,
  onDidChangeWorkspaceFolders: foldersChanged.event,
  getConfiguration: (section?: string) => ({
    get: (key: string) => configuration.get(section === undefined ? key : `${section}.${key}`),
    inspect: (key: string) => ({ globalValue: configuration.get(section === undefined ? key : `${section}.${key}`) }),
  }),
  getWorkspaceFolder: (uri: StubUri) =>
    workspace.workspaceFolders?.find(
      (folder) => uri.path === folder.uri.path || uri.path.startsWith(`${folder.uri.path}/`),
    ),
  asRelativePath: (uri: StubUri) => {
    const folder = workspace.getWorkspaceFolder(uri);
    if (folder === undefined || folder.uri.path === uri.path) {
      return uri.fsPath;
    }
    const relative = path.posix.relative(folder.uri.path, uri.path);
    return (workspace.workspaceFolders?.length ?? 0) > 1 ? `${folder.name}/${relative}` : relative;
  },
  createFileSystemWatcher: (pattern: { readonly base: StubUri; readonly pattern: string }) => {
    const watcher = new StubWatcher(pattern);
    stubWindow.watchers.push(watcher);
    return watcher;
  },
  openTextDocument: ({ content }: { readonly content: string }) => Promise.resolve(stubDocument(untitled, content)),
};

const untitled = new StubUri('untitled', '', 'Untitled-1');

function createInput(): StubInput {
  const input = new StubInput();
  stubWindow.inputs.push(input);
  return input;
}

function tell(text: string, ...rest: readonly unknown[]): Promise<unknown> {
  stubWindow.messages.push(text);
  return Promise.resolve(stubWindow.confirm ? rest.find((each) => typeof each === 'string') : undefined);
}

const window = {
  ...vscodeStub.window,
  activeTextEditor: undefined as object | undefined,
  activeTerminal: undefined as { readonly name: string } | undefined,
  tabGroups: { all: [] as readonly { readonly tabs: readonly { readonly input: unknown }[] }[] },
  showErrorMessage: tell,
  showWarningMessage: tell,
  showInformationMessage: tell,
  createQuickPick: createInput,
  createInputBox: createInput,
  showQuickPick: async (items: readonly StubItem[] | Promise<readonly StubItem[]>, options: { title?: string } = {}) =>
    stubWindow.answers.shift()?.(await items, options),
  showInputBox: ({ validateInput }: InputOptions = {}) => {
    const text = stubWindow.texts.shift();
    const fault = text === undefined ? undefined : validateInput?.(text);
    if (fault === undefined) {
      return Promise.resolve(text);
    }
    stubWindow.faults.push(fault);
    return Promise.resolve(undefined);
  },
  showTextDocument: async (target: StubUri | StubDocument, options?: { readonly selection?: Range }) => {
    if (target instanceof StubUri && target.scheme === 'file') {
      await fs.stat(target);
    }
    const line = options?.selection?.start.line;
    const name = target instanceof StubUri ? target.fsPath : target.getText();
    stubWindow.opened.push({ target: name, ...(line === undefined ? {} : { line }) });
  },
};

/** The `vscode` module with files on disk, and with a person who answers what is asked. */
export const vscodeWorkspaceStub = {
  ...vscodeStub,
  Uri: StubUri,
  FileSystemError: StubFileSystemError,
  FileType: { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  QuickInputButtons: { Back: { tooltip: 'Back' } },
  Range,
  Selection: Range,
  RelativePattern: class {
    constructor(
      readonly base: StubUri,
      readonly pattern: string,
    ) {}
  },
  TabInputText: class {
    constructor(readonly uri: StubUri) {}
  },
  env: {
    ...vscodeStub.env,
    clipboard: {
      readText: () => Promise.resolve(stubWindow.clipboard),
      writeText: (text: string) => Promise.resolve(void (stubWindow.clipboard = text)),
    },
  },
  languages: {
    getDiagnostics: (uri?: StubUri) =>
      uri === undefined
        ? stubWindow.diagnostics
        : stubWindow.diagnostics.filter(([file]) => file.path === uri.path).flatMap(([, all]) => all),
    getLanguages: () => Promise.resolve([]),
  },
  workspace,
  window,
  commands: {
    ...vscodeStub.commands,
    executeCommand: (id: string, ...args: readonly unknown[]): Promise<unknown> => {
      if (id === 'workbench.action.terminal.copySelection') {
        stubCommands.push([id]);
        stubWindow.clipboard = stubWindow.terminalSelection ?? stubWindow.clipboard;
        return Promise.resolve(undefined);
      }
      return vscodeStub.commands.executeCommand(id, ...args);
    },
  },
};

/** A memento that lives as long as the test. */
export function stubMemento() {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T): T => (values.has(key) ? values.get(key) : fallback) as T,
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  };
}
