import type { MessagePort } from 'node:worker_threads';
import { runFeature, type FeatureContext, type FeatureName, type Features } from './features';
import { readFile, type DocumentText, type ServedFile } from './servedFile';

/** What a thread that reads a big file is told. Answers come in the same order. */
export type FileWorkerRequest =
  | { readonly kind: 'read'; readonly document: DocumentText }
  | { readonly kind: 'ask'; readonly name: FeatureName; readonly params: Features[FeatureName]['params'] };

export type FileWorkerAnswer = { readonly result: unknown } | { readonly error: string };

/** Reads files and answers for the one that was read last, until the thread is ended. */
export function serveFile(port: MessagePort, context: FeatureContext): void {
  let file: ServedFile | undefined;
  const answer = (request: FileWorkerRequest): unknown => {
    if (request.kind === 'ask') {
      return file === undefined ? null : runFeature(request.name, file, request.params, context);
    }
    file = readFile(request.document);
    return file !== undefined;
  };
  port.on('message', (request: FileWorkerRequest) => port.postMessage(answerOf(() => answer(request))));
}

function answerOf(run: () => unknown): FileWorkerAnswer {
  try {
    return { result: run() };
  } catch (error) {
    return { error: String(error) };
  }
}
