import { toSummary, type SessionSummary } from '../../core/session/session';
import type { StorageReport } from '../../core/session/sessionService';
import type { Backup } from '../../core/session/storeFile';
import { listQuarantined, type Quarantined } from '../../node/sqlite/quarantine';
import { readAllSessions } from '../sessions/listSessions';
import type { SessionStorage } from './sessionStorage';

/** A session with the bytes of its text. */
export interface SizedSummary extends SessionSummary {
  readonly bytes: number;
}

/** Result of `rejoin.showStorage`. Sizes in bytes; those of sessions are of their text. */
export interface StorageOverview extends StorageReport {
  /** Archived ones too, those in the trash not. */
  readonly sessionCount: number;
  readonly sessionBytes: number;
  readonly trash: { readonly count: number; readonly bytes: number };
  /** Largest first, without the trash. */
  readonly sessions: readonly SizedSummary[];
  /** In the folder "backups" beside the database, newest first; only those that can be read. */
  readonly backups: readonly Backup[];
  /** Folders with files that were set aside, newest first. They are never deleted by Rejoin. */
  readonly setAside: readonly Quarantined[];
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
    backups: await storage.file.listBackups(),
    setAside: await listQuarantined(report.path),
  };
}
