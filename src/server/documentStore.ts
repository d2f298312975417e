import type { Disposable } from '../core/base/disposable';
import type { Timers } from '../core/base/ports';
import type { FileAnswers } from './features';
import type { DocumentText } from './servedFile';

/** A document as the editor has it open; `getText` and `version` follow its changes. */
export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  getText(): string;
}

/** A document that is being read. */
export interface Reading {
  /** Undefined for a file that is none of ours. May reject when it was cancelled. */
  readonly done: Promise<FileAnswers | undefined>;
  cancel(): void;
}

export interface DocumentStoreDeps {
  readonly read: (document: DocumentText, isBig: boolean) => Reading;
  /** Nobody will ask for the document any more. */
  readonly forget: (uri: string) => void;
  /** Called once for every version that was read, while it is the one that is open. */
  readonly onDidRead: (document: Pick<DocumentText, 'uri' | 'version'>, answers: FileAnswers) => void;
  readonly onError: (error: unknown) => void;
  readonly timers: Timers;
}

interface Entry {
  readonly document: OpenDocument;
  readonly version: number;
  readonly isBig: boolean;
  timer: Disposable | undefined;
  reading: Reading | undefined;
  /** How the reading ended. */
  read: { readonly answers: FileAnswers | undefined } | undefined;
  readonly waiting: ((answers: FileAnswers | undefined) => void)[];
}

/** Characters from which on a file takes so long to read that nothing may wait for it and typing must not start it. */
const bigLength = 256 * 1024;
const delayMs = 150;
const bigDelayMs = 400;

/** The open documents. Each version is read at most once, when somebody asks or typing pauses; a newer one ends that. */
export class DocumentStore {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly deps: DocumentStoreDeps) {}

  changed(document: OpenDocument): void {
    const before = this.entries.get(document.uri);
    before?.timer?.dispose();
    before?.reading?.cancel();
    const entry: Entry = {
      document,
      version: document.version,
      isBig: document.getText().length >= bigLength,
      timer: undefined,
      reading: undefined,
      read: undefined,
      waiting: before?.waiting ?? [],
    };
    this.entries.set(document.uri, entry);
    entry.timer = this.deps.timers.after(entry.isBig ? bigDelayMs : delayMs, () => this.read(entry));
  }

  closed(uri: string): void {
    const entry = this.entries.get(uri);
    this.entries.delete(uri);
    entry?.timer?.dispose();
    entry?.reading?.cancel();
    entry?.waiting.splice(0).forEach((resolve) => resolve(undefined));
    this.deps.forget(uri);
  }

  /** The version that is open, as soon as it is read. Undefined for a document that is not open or none of ours. */
  current(uri: string): Promise<FileAnswers | undefined> {
    const entry = this.entries.get(uri);
    if (entry === undefined || entry.read !== undefined) {
      return Promise.resolve(entry?.read?.answers);
    }
    const answers = new Promise<FileAnswers | undefined>((resolve) => entry.waiting.push(resolve));
    if (!entry.isBig) {
      this.read(entry);
    }
    return answers;
  }

  dispose(): void {
    [...this.entries.keys()].forEach((uri) => this.closed(uri));
  }

  private read(entry: Entry): void {
    if (entry.reading !== undefined) {
      return;
    }
    entry.timer?.dispose();
    const { document, version, isBig } = entry;
    entry.reading = this.deps.read({ uri: document.uri, version, text: document.getText() }, isBig);
    entry.reading.done.then(
      (answers) => this.finish(entry, answers),
      (error: unknown) => {
        if (this.isCurrent(entry)) {
          this.deps.onError(error);
        }
        this.finish(entry, undefined);
      },
    );
  }

  private finish(entry: Entry, answers: FileAnswers | undefined): void {
    if (!this.isCurrent(entry)) {
      return;
    }
    entry.read = { answers };
    entry.waiting.splice(0).forEach((resolve) => resolve(answers));
    if (answers !== undefined) {
      this.deps.onDidRead({ uri: entry.document.uri, version: entry.version }, answers);
    }
  }

  private isCurrent(entry: Entry): boolean {
    return this.entries.get(entry.document.uri) === entry;
  }
}
