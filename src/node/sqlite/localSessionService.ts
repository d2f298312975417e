import type { AppError } from '../../core/base/errors';
import type { Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import type { ContextItem, ContextKey } from '../../core/session/contextItem';
import { sessionNotFound } from '../../core/session/requireSession';
import type { EventId, Session, SessionId, TurnId, WorkspaceKey } from '../../core/session/session';
import type { StoredEvent } from '../../core/session/sessionEvent';
import type { SessionRecord } from '../../core/session/sessionRecord';
import type {
  AppendRequest,
  AppendResult,
  EventPage,
  NewSession,
  PartialReply,
  ProcessIdentity,
  RunningReply,
  SavedReply,
  SessionFilter,
  SessionPatch,
  SessionService,
  StorageReport,
  StoreDescription,
  UsageRecord,
  UsageSnapshot,
} from '../../core/session/sessionService';
import type { Backup, BackupKind, StoreCheck, StoreVersion } from '../../core/session/storeFile';
import type { StoreHealth } from '../../core/session/storeHealth';
import { readUsage, writeUsage } from './accountUsage';
import { appendEvents, createSession } from './appendEvents';
import { loadBranch, loadPage } from './branches';
import type { Database } from './database';
import { deleteForGood } from './deleteForGood';
import { PartialReplies, type PartialRepliesOptions } from './partialReplies';
import { listContext, putContext, removeContext } from './sessionContext';
import { findTitled, listResumable, listSessions, selectInOrder } from './sessionLists';
import { patchSessions } from './sessionPatch';
import * as queries from './sessionQueries';
import { importRecord, readRecord } from './sessionRecords';
import { toSession, type SessionRow } from './sessionRows';
import type { SqliteBinding } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';
import { isForeignKeyViolation } from './sqliteErrors';
import { describeStore, readSizes, reportStorage } from './storageReport';
import { StoreBackups } from './storeBackups';
import { StoreIntegrity } from './storeIntegrity';
import { claimWork } from './storeState';
import { readVersion } from './storeVersion';

export interface LocalSessionServiceOptions extends PartialRepliesOptions {
  readonly logger: Logger;
}

const everyTime = Number.MAX_SAFE_INTEGER;

/** Sessions in a local SQLite file that every window shares. Made by `openLocalSessionService`. */
export class LocalSessionService implements SessionService {
  readonly self: ProcessIdentity;
  readonly onDidChangeHealth: Event<StoreHealth>;
  readonly onDidScrubBackups: Event<AppError | undefined>;
  private readonly replies: PartialReplies;
  private readonly integrity: StoreIntegrity;
  private readonly backups: StoreBackups;
  private schema = 0;

  constructor(
    private readonly database: Database,
    private readonly options: LocalSessionServiceOptions,
    binding: SqliteBinding,
  ) {
    this.self = options.self;
    this.onDidChangeHealth = database.onDidChangeHealth;
    this.integrity = new StoreIntegrity(database, binding, options.logger);
    this.replies = new PartialReplies(database, options);
    const { clock, logger } = options;
    const missingEvents = (): Promise<number> => this.missingEvents();
    this.backups = new StoreBackups({ path: database.path, clock, logger, missingEvents });
    this.onDidScrubBackups = this.backups.onDidScrub;
  }

  /**
   * To be called once when the file may be written and has the schema of that number: from then on it is noticed when
   * stored events are missing.
   */
  start(schema: number): Promise<void> {
    this.schema = schema;
    return this.integrity.start();
  }

  get health(): StoreHealth {
    return this.database.health;
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const now = this.options.clock.now();
    const context = { now, schema: this.schema };
    const { result, written } = await this.database.write((connection) => appendEvents(connection, request, context), {
      asksItself: true,
    });
    this.integrity.raise(written);
    return result;
  }

  async get(id: SessionId): Promise<Session | undefined> {
    const row = await this.database.read((connection) => connection.first<SessionRow>(queries.selectSession, [id]));
    return row === undefined ? undefined : toSession(row);
  }

  list(filter: SessionFilter): Promise<readonly Session[]> {
    return this.database.snapshot((connection) => listSessions(connection, filter));
  }

  findResumable(keys: readonly WorkspaceKey[], since: number, until: number): Promise<readonly Session[]> {
    return this.database.snapshot((connection) => listResumable(connection, keys, since, until));
  }

  loadPage(id: SessionId, limit: number, before?: EventId): Promise<EventPage> {
    return loadPage(this.database, id, limit, before);
  }

  loadBranch(id: SessionId, end?: EventId, limit?: number): Promise<readonly StoredEvent[]> {
    return loadBranch(this.database, id, end, limit);
  }

  update(ids: readonly SessionId[], patch: SessionPatch): Promise<readonly Session[]> {
    return this.database.write(async (connection) => {
      await patchSessions(connection, ids, patch);
      return selectInOrder(connection, ids);
    });
  }

  deleteForever(ids: readonly SessionId[]): Promise<readonly SessionId[]> {
    return this.delete(queries.deleteSessions, JSON.stringify(ids));
  }

  emptyTrash(deletedBefore = everyTime): Promise<readonly SessionId[]> {
    return this.delete(queries.deleteTrashed, deletedBefore);
  }

  findByTitle(title: string, keys: readonly WorkspaceKey[]): Promise<Session | undefined> {
    return this.database.snapshot((connection) => findTitled(connection, title, keys));
  }

  listContext(id: SessionId): Promise<readonly ContextItem[]> {
    return this.database.read((connection) => listContext(connection, id));
  }

  putContext(id: SessionId, items: readonly ContextItem[]): Promise<void> {
    return this.writeBelowSession(id, (connection) => putContext(connection, id, items));
  }

  removeContext(id: SessionId, keys: readonly ContextKey[]): Promise<void> {
    return this.database.write((connection) => removeContext(connection, id, keys));
  }

  readRecord(id: SessionId): Promise<SessionRecord | undefined> {
    return this.database.snapshot((connection) => readRecord(connection, id));
  }

  async importRecord(record: SessionRecord, { replaces }: { readonly replaces?: SessionId }): Promise<Session> {
    const now = this.options.clock.now();
    const session = await this.database.write((connection) => importRecord(connection, record, replaces, now));
    await this.integrity.raiseToStored();
    return session;
  }

  sizesOf(ids?: readonly SessionId[]): Promise<ReadonlyMap<SessionId, number>> {
    return this.database.read((connection) => readSizes(connection, ids));
  }

  backUp(kind: BackupKind): Promise<Backup> {
    return this.backups.make(kind);
  }

  listBackups(): Promise<readonly Backup[]> {
    return this.backups.list();
  }

  storage(): Promise<StorageReport> {
    return reportStorage(this.database);
  }

  setServerSessionId(id: SessionId, serverSessionId: string, create?: NewSession): Promise<void> {
    return this.database.write(async (connection) => {
      await this.createWhereAsked(connection, id, create);
      const rows = await connection.all(queries.updateServerSessionId, [id, serverSessionId]);
      if (rows.length === 0) {
        throw sessionNotFound(id);
      }
    });
  }

  async getMetadata(id: SessionId, key: string): Promise<string | undefined> {
    const row = await this.database.read((connection) =>
      connection.first<{ value: string }>(queries.selectMetadata, [id, key]),
    );
    return row?.value;
  }

  async setMetadata(id: SessionId, key: string, value: string | undefined, create?: NewSession): Promise<void> {
    const now = this.options.clock.now();
    await this.writeBelowSession(id, async (connection) => {
      if (value === undefined) {
        await connection.all(queries.deleteMetadata, [id, key]);
        return;
      }
      await this.createWhereAsked(connection, id, create);
      await connection.all(queries.upsertMetadata, [id, key, value, now]);
    });
  }

  getUsage(accountKey: string): Promise<UsageRecord | undefined> {
    return readUsage(this.database, accountKey);
  }

  setUsage(accountKey: string, snapshot: UsageSnapshot): Promise<void> {
    return writeUsage(this.database, accountKey, snapshot, this.options.clock.now());
  }

  savePartialReply(reply: PartialReply): Promise<SavedReply> {
    return this.replies.save(reply);
  }

  beat(id: SessionId, turnId: TurnId): Promise<SavedReply> {
    return this.replies.beat(id, turnId);
  }

  getPartialReply(id: SessionId): Promise<PartialReply | undefined> {
    return this.replies.get(id);
  }

  listReplies(): Promise<readonly RunningReply[]> {
    return this.replies.list();
  }

  askToStop(id: SessionId): Promise<void> {
    return this.replies.askToStop(id);
  }

  async recoverInterrupted(orphan?: SessionId): Promise<readonly SessionId[]> {
    const touched = await this.replies.recover(orphan);
    await this.integrity.raiseToStored();
    return touched;
  }

  describe(): Promise<StoreDescription> {
    return describeStore(this.database);
  }

  version(): Promise<StoreVersion> {
    return readVersion(this.database);
  }

  missingEvents(): Promise<number> {
    return this.integrity.missingEvents();
  }

  acceptLoss(): Promise<void> {
    return this.integrity.acceptLoss();
  }

  check(): Promise<StoreCheck> {
    return this.integrity.check();
  }

  claim(work: 'backup' | 'check', everyMs: number): Promise<boolean> {
    return claimWork(this.database, work, everyMs, this.options.clock.now());
  }

  async close(): Promise<void> {
    await Promise.all([this.integrity.stop(), this.database.close()]).finally(() => this.integrity.close());
  }

  private delete(sql: string, which: string | number): Promise<readonly SessionId[]> {
    return deleteForGood(this.database, this.backups, this.options.logger, { sql, which });
  }

  private async createWhereAsked(
    connection: SqliteConnection,
    id: SessionId,
    create: NewSession | undefined,
  ): Promise<void> {
    if (create !== undefined) {
      await createSession(connection, id, create, this.options.clock.now());
    }
  }

  /** Writes a row that refers to a session; rejects with `session/not-found` when there is none. */
  private async writeBelowSession(id: SessionId, task: (connection: SqliteConnection) => Promise<void>): Promise<void> {
    try {
      await this.database.write(task);
    } catch (error) {
      throw isForeignKeyViolation(error) ? sessionNotFound(id) : error;
    }
  }
}
