import { readdir, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { toSummary, type SessionSummary } from '../../core/session/session';
import type { StorageReport } from '../../core/session/sessionService';
import { readAllSessions } from '../sessions/listSessions';
import type { SessionStorage } from './sessionStorage';

/** A session with the bytes of its text. */
export interface SizedSummary extends SessionSummary {
  readonly bytes: number;
}

export interface BackupFile {
  readonly path: string;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

/** Result of `rejoin.showStorage`. Sizes in bytes; those of sessions are of their text. */
export interface StorageOverview extends StorageReport {
  /** Archived ones too, those in the trash not. */
  readonly sessionCount: number;
  readonly sessionBytes: number;
  readonly trash: { readonly count: number; readonly bytes: number };
  /** Largest first, without the trash. */
  readonly sessions: readonly SizedSummary[];
  /** In the folder "backups" beside the database, newest first. */
  readonly backups: readonly BackupFile[];
}

/** Adds up what the sessions take and where. */
export async function collectStorage(storage: SessionStorage): Promise<StorageOverview> {
  const [report, sizes, kept, trash] = await Promise.all([
    storage.storage(),
    storage.sizesOf(),
    readAllSessions(storage, { states: ['active', 'archived'] }),
    readAllSessions(storage, { states: ['deleted'] }),
  ]);
  const bytesOf = (sessions: readonly SessionSummary[]): number =>
    sessions.reduce((sum, session) => sum + (sizes.get(session.id) ?? 0), 0);
  return {
    ...report,
    sessionCount: kept.length,
    sessionBytes: bytesOf(kept),
    trash: { count: trash.length, bytes: bytesOf(trash) },
    sessions: kept
      .map((session) => ({ ...toSummary(session), bytes: sizes.get(session.id) ?? 0 }))
      .sort((a, b) => b.bytes - a.bytes),
    backups: await findBackups(report.path),
  };
}

async function findBackups(databasePath: string): Promise<readonly BackupFile[]> {
  const folder = path.join(path.dirname(databasePath), 'backups');
  // Most stores have none, and one in memory has no folder at all.
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(names.map((name) => backupAt(path.join(folder, name))));
  return files.flat().sort((a, b) => b.modifiedAt - a.modifiedAt);
}

async function backupAt(file: string): Promise<readonly BackupFile[]> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? [{ path: file, bytes: found.size, modifiedAt: found.mtimeMs }] : [];
}
