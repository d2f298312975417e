import { AppError, isAppError } from '../../core/base/errors';
import { Emitter, type Event } from '../../core/base/event';
import type { Clock, Logger } from '../../core/base/ports';
import type { SessionId } from '../../core/session/session';
import type { Backup, BackupKind } from '../../core/session/storeFile';
import { backupFolderOf } from './backupFiles';
import { createBackup, listBackups, reasonOf, type BackupTools } from './backups';
import { memoryPath } from './database';
import { rotateBackups } from './rotateBackups';
import { noteDeleted, scrubBackups } from './scrubBackups';
import { loadSqlite } from './sqliteBinding';

export interface StoreBackupsDeps {
  /** Path of the database. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events that were stored once and are not in the file any more. */
  missingEvents(): Promise<number>;
}

/** The backups of an open store. One in memory has none. */
export class StoreBackups {
  private readonly scrubbed = new Emitter<AppError | undefined>((error) =>
    this.deps.logger.error('A listener of the backups failed', error),
  );

  readonly onDidScrub: Event<AppError | undefined> = this.scrubbed.event;

  constructor(private readonly deps: StoreBackupsDeps) {}

  /** Rejects with `store/backup-failed`. Old ones go only when a new one was made of a file from which nothing is missing. */
  async make(kind: BackupKind): Promise<Backup> {
    const { path, logger } = this.deps;
    if (path === memoryPath) {
      throw new AppError('store/backup-failed', { args: { path, detail: 'the sessions are in memory only' } });
    }
    const tools = await this.tools();
    const backup = await createBackup(tools, path, kind);
    try {
      if ((await this.deps.missingEvents()) === 0) {
        await rotateBackups(tools, path);
      }
    } catch (error) {
      logger.warn('Old backups could not be removed', error);
    }
    return backup;
  }

  /** Newest first; only files that could be opened. */
  async list(): Promise<readonly Backup[]> {
    if (this.deps.path === memoryPath) {
      return [];
    }
    await this.scrub();
    return listBackups(await this.tools(), this.deps.path);
  }

  /** To be called inside the transaction that deletes the sessions; `scrub` follows when it is on disk. */
  async noteDeleted(ids: readonly SessionId[]): Promise<void> {
    if (this.deps.path !== memoryPath) {
      await noteDeleted(this.deps.path, ids);
    }
  }

  /** Removes deleted sessions from the backups. What fails is told by `onDidScrub` and tried again with the next call. */
  async scrub(): Promise<void> {
    const { path, logger } = this.deps;
    if (path === memoryPath) {
      return;
    }
    try {
      await scrubBackups(await this.tools(), path);
      this.scrubbed.fire(undefined);
    } catch (error) {
      logger.error('Deleted sessions are still in a backup; removing them is tried again within the hour', error);
      const where = isAppError(error) ? error.args['path'] : undefined;
      const args = { path: where ?? backupFolderOf(path), detail: reasonOf(error) };
      this.scrubbed.fire(new AppError('store/not-scrubbed', { args, cause: error }));
    }
  }

  private async tools(): Promise<BackupTools> {
    const { clock, logger } = this.deps;
    return { binding: await loadSqlite(), clock, logger };
  }
}
