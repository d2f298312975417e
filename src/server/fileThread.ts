import { Worker } from 'node:worker_threads';
import type { Disposable } from '../core/base/disposable';
import type { FeatureContext, FileAnswers } from './features';
import type { FileWorkerAnswer, FileWorkerRequest } from './fileWorker';
import type { DocumentText } from './servedFile';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that reads the versions of one big file and answers for them. It runs the same bundle as the server. */
export class FileThread implements Disposable {
  private readonly worker: Worker;
  /** Answers come in the order of the requests. */
  private readonly pending: Pending[] = [];
  private readings = 0;
  private ended: Error | undefined;

  constructor(context: FeatureContext) {
    this.worker = new Worker(__filename, { workerData: context });
    this.worker.on('message', (answer: FileWorkerAnswer) => this.settle(answer));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('The thread ended')));
    // A file that is open must not keep a server alive that is to end.
    this.worker.unref();
  }

  get isEnded(): boolean {
    return this.ended !== undefined;
  }

  get isReading(): boolean {
    return this.readings > 0;
  }

  /** Rejects when the thread is disposed before it is done. */
  async read(document: DocumentText): Promise<FileAnswers | undefined> {
    this.readings++;
    const isOurs = await this.request({ kind: 'read', document }).finally(() => this.readings--);
    const ask = (name: string, params: object): Promise<unknown> =>
      this.request({ kind: 'ask', name, params } as FileWorkerRequest);
    return isOurs === true ? ({ ask } as FileAnswers) : undefined;
  }

  dispose(): void {
    this.fail(new Error('The thread was ended'));
    void this.worker.terminate();
  }

  private request(request: FileWorkerRequest): Promise<unknown> {
    if (this.ended !== undefined) {
      return Promise.reject(this.ended);
    }
    return new Promise((resolve, reject) => {
      this.pending.push({ resolve, reject });
      this.worker.postMessage(request);
    });
  }

  private settle(answer: FileWorkerAnswer): void {
    const pending = this.pending.shift();
    if ('error' in answer) {
      pending?.reject(new Error(answer.error));
    } else {
      pending?.resolve(answer.result);
    }
  }

  private fail(error: Error): void {
    this.ended ??= error;
    this.pending.splice(0).forEach(({ reject }) => reject(error));
  }
}
