import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import type { FeatureContext } from './features';
import { serveFile } from './fileWorker';
import { startServer } from './server';

if (isMainThread) {
  // An editor that is gone says nothing any more; its process id, which the library watches, may live on.
  process.once('disconnect', () => process.exit());
  // How to talk is read from the arguments: --node-ipc, --stdio or a pipe.
  startServer(createConnection(ProposedFeatures.all));
} else if (parentPort !== null) {
  serveFile(parentPort, workerData as FeatureContext);
}
