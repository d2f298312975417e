import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { DisposableStore } from '../../core/base/disposable';
import type { Clock, IdGenerator, Logger, Timers } from '../../core/base/ports';
import { toInvocationId } from '../../core/session/session';
import { readSetting } from '../contributions/configuration';
import { KnownStores } from './knownStores';
import { openStore } from './openStore';
import { storeFolder } from './storeFolder';
import { StoreHost } from './storeHost';
import { tellOfStore } from './storeNotices';
import { StoreWatcher } from './storeWatcher';

export interface CreateStoreDeps {
  readonly context: Pick<vscode.ExtensionContext, 'extensionPath' | 'globalStorageUri' | 'globalState'>;
  /** Whether a person has before them what the store holds. */
  readonly isVisible: () => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdGenerator;
  readonly logger: Logger;
}

export interface WindowStore {
  readonly store: StoreHost;
  /** Folder of the store on disk. */
  readonly storeFolder: () => string;
  /** Where this version brings its migrations. */
  readonly migrationsFolder: string;
}

/** The store of this window, with what watches it for other windows and tells of its troubles. Opens nothing. */
export function createStore(
  disposables: DisposableStore,
  { context, isVisible, clock, timers, ids, logger }: CreateStoreDeps,
): WindowStore {
  const migrationsFolder = path.join(context.extensionPath, 'migrations');
  const folder = (): string => storeFolder(readSetting('storage.path'), context.globalStorageUri.fsPath, os.homedir());
  // One for the life of the window: a store that is opened anew goes on with the replies that run.
  const invocationId = toInvocationId(ids.next());
  const known = new KnownStores({ folder, memento: context.globalState, logger });
  const store = disposables.add(
    new StoreHost({
      open: (where) =>
        openStore(where, {
          folder,
          requirePresent: () => known.requirePresent(),
          migrationsFolder,
          invocationId,
          clock,
          ids,
          logger,
        }),
      folder,
      timers,
      logger,
    }),
  );
  const onDidFocus = (listener: () => void): vscode.Disposable =>
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) {
        listener();
      }
    });
  disposables.add(new StoreWatcher({ store, onDidFocus, isVisible, timers, logger }));
  disposables.add(known.follow(store));
  disposables.add(tellOfStore({ store, memento: context.globalState, logger }));
  return { store, storeFolder: folder, migrationsFolder };
}
