import type { Reading } from './documentStore';
import { runFeature, type FeatureContext, type FileAnswers } from './features';
import { FileThread } from './fileThread';
import { readFile, type DocumentText } from './servedFile';

/** Reads small files at once and each big one in a thread of its own, so that no other request waits for it. */
export class FileReaders {
  private readonly threads = new Map<string, FileThread>();

  constructor(private readonly context: FeatureContext) {}

  read(document: DocumentText, isBig: boolean): Reading {
    return isBig ? this.readInThread(document) : readHere(document, this.context);
  }

  forget(uri: string): void {
    this.threads.get(uri)?.dispose();
    this.threads.delete(uri);
  }

  private readInThread(document: DocumentText): Reading {
    const before = this.threads.get(document.uri);
    const thread = before === undefined || before.isEnded ? new FileThread(this.context) : before;
    this.threads.set(document.uri, thread);
    const reading = thread.read(document);
    return {
      done: reading,
      // A thread that is busy with an older version is of no use for the newer one.
      cancel: () => {
        if (thread.isReading) {
          this.forget(document.uri);
        }
      },
    };
  }
}

function readHere(document: DocumentText, context: FeatureContext): Reading {
  const file = readFile(document);
  const answers: FileAnswers | undefined = file && {
    ask: async (name, params) => Promise.resolve(runFeature(name, file, params, context)),
  };
  return { done: Promise.resolve(answers), cancel: () => undefined };
}
