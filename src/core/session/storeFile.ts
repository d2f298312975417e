import type { AppError } from '../base/errors';
import type { Event } from '../base/event';
import type { EventId, SessionId } from './session';
import type { StoreHealth } from './storeHealth';

/** `manual` ones are made by the person, `rescue` ones of a file that was removed or replaced while it was open. */
export type BackupKind = 'daily' | 'migration' | 'manual' | 'rescue';

/** A verified copy of the store. Times in Unix milliseconds. */
export interface Backup {
  readonly path: string;
  readonly kind: BackupKind;
  readonly createdAt: number;
  readonly bytes: number;
  readonly sessions: number;
  readonly messages: number;
  /** Events ever stored up to then, to be compared with what the store has had since. */
  readonly written: number;
  /** `StoreVersion.revision` at that time. */
  readonly revision: number;
}

export interface StoreCheck {
  /** What SQLite says of the file, every line; empty when it is sound. */
  readonly problems: readonly string[];
  /** Events whose seal does not fit what is stored. */
  readonly altered: readonly EventId[];
  /** Sessions whose events do not add up to what was written: some are missing or were put in. */
  readonly incomplete: readonly SessionId[];
  readonly missingEvents: number;
}

export interface StoreVersion {
  /** Another one whenever another connection has written anything. */
  readonly data: number;
  /** Another one whenever anything but a growing reply was written, by whomever. */
  readonly revision: number;
}

/** What concerns the file as a whole and no single session. */
export interface StoreFile {
  /** How the file stands, as far as the accesses so far showed. */
  readonly health: StoreHealth;
  readonly onDidChangeHealth: Event<StoreHealth>;
  /** Events that were stored once and are not in the file any more, though SQLite finds nothing wrong; 0 = none. */
  missingEvents(): Promise<number>;
  /** Takes the file as it is for the truth from here on. */
  acceptLoss(): Promise<void>;
  /** Reads the whole file and compares every seal. Seconds on a large file; other calls go on meanwhile. */
  check(): Promise<StoreCheck>;
  /** Makes a copy that was read back and compared, and removes what is older than what is kept. */
  backUp(kind: BackupKind): Promise<Backup>;
  /** Sessions that were deleted forever were removed from the backups; or why they could not be, which is tried again. */
  readonly onDidScrubBackups: Event<AppError | undefined>;
  /** Newest first; only files that could be opened. */
  listBackups(): Promise<readonly Backup[]>;
  /**
   * True for one caller of all windows when the last one that took on this work is longer ago than `everyMs`:
   * whoever gets it does the work.
   */
  claim(work: 'backup' | 'check', everyMs: number): Promise<boolean>;
  /** Cheap; for whoever wants to know whether another connection has written since it last asked. */
  version(): Promise<StoreVersion>;
}
