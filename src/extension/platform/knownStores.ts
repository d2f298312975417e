import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as path from 'node:path';
import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { AppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { StoreHost } from './storeHost';

export interface KnownStoresDeps {
  /** Folder of the store on disk. */
  readonly folder: () => string;
  /** Outlives the disk that the store lies on. */
  readonly memento: Pick<vscode.Memento, 'get' | 'update'>;
  readonly logger: Logger;
  /** Windows on other machines may share the memento, and have folders of the same name. */
  readonly machine?: string;
}

/**
 * Remembers outside of their folders where stores with sessions were: of a disk that is not connected, or a folder that
 * was removed, nothing else is left that tells it from a first start.
 */
export class KnownStores {
  constructor(private readonly deps: KnownStoresDeps) {}

  /** Rejects with `store/gone` where a store was and nothing of it is there. Makes nothing. */
  async requirePresent(): Promise<void> {
    const folder = this.deps.folder();
    if ((await this.keysOf(folder)).some((key) => this.deps.memento.get(key, false))) {
      const { isStoreAt } = await import('../../node/sqlite/storeFile');
      const { storeFileName } = await import('../../node/sqlite/openLocalSessionService');
      const file = path.join(folder, storeFileName);
      if (!(await isStoreAt(file))) {
        throw new AppError('store/gone', { args: { path: file, folder } });
      }
    }
  }

  /** Keeps in step with what the open store holds. */
  follow(store: StoreHost): Disposable {
    const disposables = new DisposableStore();
    const warn = (error: unknown): void => this.deps.logger.warn('Where the sessions lie was not remembered', error);
    disposables.add(store.onDidAppendEvents(() => void this.remember(store, true).catch(warn)));
    disposables.add(store.onDidChangeState(() => void this.look(store).catch(warn)));
    return disposables;
  }

  private async look(store: StoreHost): Promise<void> {
    const manager = store.state.kind === 'ok' ? await store.openManager() : undefined;
    if (manager !== undefined) {
      const sessions = await manager.list({ states: ['active', 'archived', 'deleted'], limit: 1 });
      await this.remember(store, sessions.length > 0);
    }
  }

  private async remember(store: StoreHost, hasSessions: boolean): Promise<void> {
    const { memento, folder } = this.deps;
    // What is said in memory is in no folder.
    for (const key of store.state.kind === 'ok' ? await this.keysOf(folder()) : []) {
      if (memento.get(key, false) !== hasSessions) {
        await memento.update(key, hasSessions ? true : undefined);
      }
    }
  }

  /** Also the name it was given: of a link to a disk that is not connected the real one cannot be found. */
  private async keysOf(folder: string): Promise<readonly string[]> {
    const real = await realpath(folder).catch(() => folder);
    const { machine = hostname() } = this.deps;
    return [...new Set([folder, real])].map((each) => `rejoin.storeAt:${machine}:${each}`);
  }
}
