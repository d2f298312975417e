import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { AppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import { withoutLinks } from '../sessions/sessionText';
import { textOfError } from './errorTexts';
import type { StoreHost } from './storeHost';

const journalToldKey = 'rejoin.rollbackJournalTold';
const notScrubbedToldKey = 'rejoin.notScrubbedTold';

export interface StoreNoticesDeps {
  readonly store: StoreHost;
  /** Remembers, for all windows of this machine, what was told. */
  readonly memento: vscode.Memento;
  readonly logger: Logger;
}

/** Tells what the chat does not show: that the file was exchanged under the window, and where it lies on a slower disk. */
export function tellOfStore({ store, memento, logger }: StoreNoticesDeps): Disposable {
  const disposables = new DisposableStore();
  disposables.add(
    store.onDidReplaceFile((error) => {
      // Nothing had to be saved where another window exchanged the file: there is nothing to tell either.
      if (error.args['rescue'] !== '') {
        void vscode.window.showWarningMessage(textOfError(error));
      }
    }),
  );
  disposables.add(
    store.onDidScrubBackups((failure) => {
      tellOnceOfScrub(memento, failure).catch((error: unknown) => logger.warn('What was told is not known', error));
    }),
  );
  disposables.add(
    store.onDidChangeState(({ kind }) => {
      if (kind === 'ok') {
        tellJournalOnce(store, memento).catch((error: unknown) => logger.warn('The journal is not known', error));
      }
    }),
  );
  return disposables;
}

/** Every window tries again every hour: one of them says it, until it succeeded. */
async function tellOnceOfScrub(memento: vscode.Memento, failure: AppError | undefined): Promise<void> {
  const wasTold = memento.get(notScrubbedToldKey, false);
  if (wasTold === (failure !== undefined)) {
    return;
  }
  await memento.update(notScrubbedToldKey, failure === undefined ? undefined : true);
  if (failure !== undefined) {
    void vscode.window.showWarningMessage(withoutLinks(textOfError(failure)));
  }
}

async function tellJournalOnce(store: StoreHost, memento: vscode.Memento): Promise<void> {
  if (memento.get(journalToldKey, false)) {
    return;
  }
  const description = await (await store.openManager())?.describeStore();
  if (description?.journalMode === 'delete') {
    await memento.update(journalToldKey, true);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} lies on a disk that several windows cannot share well, such as a network folder. Everything works, but slower, and windows may have to wait for each other. For a faster one set rejoin.storage.path to a local folder.',
        description.path,
      ),
    );
  }
}
