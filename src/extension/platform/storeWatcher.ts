import { watch } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { DisposableStore, toDisposable, type Disposable } from '../../core/base/disposable';
import type { Event } from '../../core/base/event';
import type { Logger, Timers } from '../../core/base/ports';
import type { SessionManager } from '../../core/session/sessionManager';
import type { StoreHost } from './storeHost';

/** Milliseconds in which the changes of a burst become one look. */
const gatherMs = 100;
/** Between two looks that nothing gave reason for. */
const slowMs = 5000;
/** The same while a reply runs elsewhere: a window that dies tells nobody. */
const fastMs = 1000;

export interface StoreWatcherDeps {
  readonly store: Pick<StoreHost, 'openManager' | 'onDidChangeState' | 'onDidReopen'>;
  /** The window has got the focus. */
  readonly onDidFocus: Event<void>;
  /** Whether a person can see what the store holds. */
  readonly isVisible: () => boolean;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Calls back when a file of the folder changed; may throw. The system's own watching unless given. */
  readonly watchFolder?: (folder: string, onChange: (name: string | null) => void, onFailure: () => void) => Disposable;
}

/**
 * Looks what other windows wrote: soon after the system tells that the store's files changed, with the focus, and
 * from time to time, which is all where the system tells nothing (network folders). Opens nothing.
 */
export class StoreWatcher implements Disposable {
  private readonly disposables = new DisposableStore();
  private manager: SessionManager | undefined;
  private watching: Disposable | undefined;
  private gathering: Disposable | undefined;
  private nextLook: Disposable | undefined;
  private nextLookMs = slowMs;
  /** A change was found that the system had not told of. */
  private missedOne = false;
  private replies = 0;

  constructor(private readonly deps: StoreWatcherDeps) {
    this.disposables.add(deps.store.onDidChangeState(() => void this.follow()));
    // Another store may stand just as the one before, of which no state tells.
    this.disposables.add(deps.store.onDidReopen(() => void this.follow()));
    this.disposables.add(deps.onDidFocus(() => void this.look()));
  }

  dispose(): void {
    this.rest();
    this.disposables.dispose();
  }

  /** Watches the store that is open now, if any. */
  private async follow(): Promise<void> {
    const manager = await this.deps.store.openManager();
    if (manager === this.manager || this.disposables.isDisposed) {
      return;
    }
    this.rest();
    this.manager = manager;
    if (manager !== undefined) {
      await this.tick();
    }
  }

  private rest(): void {
    this.manager = undefined;
    this.replies = 0;
    for (const part of [this.watching, this.gathering, this.nextLook]) {
      part?.dispose();
    }
    this.watching = this.gathering = this.nextLook = undefined;
  }

  private async tick(): Promise<void> {
    const { manager } = this;
    await this.watchFiles();
    const told = this.gathering !== undefined;
    const wrote = await this.look();
    this.missedOne ||= wrote && !told && this.gathering === undefined;
    if (manager !== undefined && manager === this.manager) {
      this.schedule();
    }
  }

  private schedule(): void {
    const hasToLook = this.replies > 0 || (this.deps.isVisible() && (this.watching === undefined || this.missedOne));
    this.nextLookMs = hasToLook ? fastMs : slowMs;
    this.nextLook?.dispose();
    this.nextLook = this.deps.timers.after(this.nextLookMs, () => void this.tick());
  }

  /** Resolves with whether another window had written. */
  private async look(): Promise<boolean> {
    const { manager } = this;
    if (manager === undefined) {
      return false;
    }
    try {
      const { replies, wrote } = await manager.refresh();
      this.replies = replies;
      if (manager === this.manager && replies > 0 && this.nextLookMs > fastMs) {
        this.schedule();
      }
      return wrote;
    } catch (error) {
      this.deps.logger.warn('Changes of other windows could not be read', error);
      return false;
    }
  }

  /** The system tells of other windows after all: a change that it seemed not to tell of came before its word. */
  private async lookAsTold(): Promise<void> {
    if (await this.look()) {
      this.missedOne = false;
    }
  }

  private async watchFiles(): Promise<void> {
    const { manager } = this;
    if (manager === undefined || this.watching !== undefined) {
      return;
    }
    try {
      const { path } = await manager.describeStore();
      // A store in memory has no other windows; another look may have come here first.
      if (isAbsolute(path) && manager === this.manager && this.watching === undefined) {
        const name = basename(path);
        const onChange = (changed: string | null): void => {
          if (changed === null || changed.startsWith(name)) {
            this.lookSoon();
          }
        };
        this.watching = (this.deps.watchFolder ?? watchFolder)(dirname(path), onChange, () => this.unwatch());
      }
    } catch (error) {
      this.deps.logger.debug('The folder of the store cannot be watched', error);
    }
  }

  /** A folder that went away, or that cannot be watched after all: it is tried again with the next look. */
  private unwatch(): void {
    this.watching?.dispose();
    this.watching = undefined;
  }

  private lookSoon(): void {
    this.gathering ??= this.deps.timers.after(gatherMs, () => {
      this.gathering = undefined;
      void this.lookAsTold();
    });
  }
}

function watchFolder(folder: string, onChange: (name: string | null) => void, onFailure: () => void): Disposable {
  const watcher = watch(folder, { persistent: false }, (_, name) => onChange(name));
  watcher.on('error', onFailure);
  return toDisposable(() => watcher.close());
}
