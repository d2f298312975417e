import { AppError } from '../../core/base/errors';
import type { Clock, IdGenerator, Logger } from '../../core/base/ports';
import type { ContextItem, ContextKey } from '../../core/session/contextItem';
import { sessionNotFound } from '../../core/session/requireSession';
import { toSessionId, type EventId, type Session, type SessionId, type WorkspaceKey } from '../../core/session/session';
import type { StoredEvent } from '../../core/session/sessionEvent';
import type { SessionRecord } from '../../core/session/sessionRecord';
import type {
  AppendRequest,
  AppendResult,
  EventPage,
  NewSession,
  PartialReply,
  SessionFilter,
  SessionPatch,
  SessionService,
  StorageReport,
  StoreDescription,
  UsageRecord,
  UsageSnapshot,
} from '../../core/session/sessionService';
import { appendEvents, createSession } from './appendEvents';
import type { Database } from './database';
import { recoverInterrupted } from './interruptedReplies';
import { scrubDeleted } from './scrubDeleted';
import { listContext, putContext, removeContext } from './sessionContext';
import { findTitled, listResumable, listSessions, selectInOrder } from './sessionLists';
import { patchValues } from './sessionPatch';
import * as queries from './sessionQueries';
import { importRecord, readRecord } from './sessionRecords';
import {
  partialReplyValues,
  toPartialReply,
  toSession,
  toStoredEvent,
  type EventRow,
  type PartialReplyRow,
  type SessionRow,
} from './sessionRows';
import type { SqlValue } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';
import { isForeignKeyViolation } from './sqliteErrors';
import { readSizes, reportStorage } from './storageReport';
import { separateTitles } from './uniqueTitle';
import { decodeUsage, encodeUsage } from './usageCodec';

export interface LocalSessionServiceOptions {
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Process id of this window's host. */
  readonly pid: number;
  readonly isProcessAlive: (pid: number) => boolean;
}

const everyRow = Number.MAX_SAFE_INTEGER;
const everyTime = Number.MAX_SAFE_INTEGER;

/** Sessions in a local SQLite file that every window shares. Made by `openLocalSessionService`. */
export class LocalSessionService implements SessionService {
  /** Runs that write through this instance; a reply of another run under our process id is a leftover. */
  private readonly ownInvocations = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly options: LocalSessionServiceOptions,
  ) {}

  append(request: AppendRequest): Promise<AppendResult> {
    this.ownInvocations.add(request.invocationId);
    const now = this.options.clock.now();
    return this.database.write((connection) => appendEvents(connection, request, now));
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

  async loadPage(id: SessionId, limit: number, before?: EventId): Promise<EventPage> {
    const count = Math.max(0, Math.trunc(limit));
    // One more than asked for tells whether there are older ones.
    const rows =
      before === undefined
        ? await this.readRows(queries.selectBranchFromHead, [id, count + 1])
        : await this.readRowsAt(queries.selectBranchAbove, id, count + 1, before);
    const events = rows.slice(0, count).reverse().map(toStoredEvent);
    return { events, hasOlder: rows.length > count };
  }

  async loadBranch(id: SessionId, end?: EventId): Promise<readonly StoredEvent[]> {
    const rows =
      end === undefined
        ? await this.readRows(queries.selectBranchFromHead, [id, everyRow])
        : await this.readRowsAt(queries.selectBranchFrom, id, everyRow, end);
    return rows.reverse().map(toStoredEvent);
  }

  update(ids: readonly SessionId[], patch: SessionPatch): Promise<readonly Session[]> {
    const values = patchValues(patch);
    return this.database.write(async (connection) => {
      if (values.length > 0) {
        const sql = queries.updateSessions(values.map(([column]) => column));
        await connection.all(sql, [JSON.stringify(ids), ...values.map(([, value]) => value)]);
      }
      if (patch.title !== undefined || patch.deletedAt === null) {
        await separateTitles(connection, ids);
      }
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

  importRecord(record: SessionRecord, { replaces }: { readonly replaces?: SessionId }): Promise<Session> {
    const now = this.options.clock.now();
    return this.database.write((connection) => importRecord(connection, record, replaces, now));
  }

  sizesOf(ids?: readonly SessionId[]): Promise<ReadonlyMap<SessionId, number>> {
    return this.database.read((connection) => readSizes(connection, ids));
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

  async getUsage(accountKey: string): Promise<UsageRecord | undefined> {
    const row = await this.database.read((connection) =>
      connection.first<{ snapshot: string; updated_at: number }>(queries.selectUsage, [accountKey]),
    );
    const snapshot = row === undefined ? undefined : decodeUsage(row.snapshot);
    return row === undefined || snapshot === undefined ? undefined : { snapshot, updatedAt: row.updated_at };
  }

  async setUsage(accountKey: string, snapshot: UsageSnapshot): Promise<void> {
    const params = [accountKey, encodeUsage(snapshot), this.options.clock.now()];
    await this.database.write((connection) => connection.all(queries.upsertUsage, params));
  }

  async savePartialReply(reply: PartialReply): Promise<void> {
    this.ownInvocations.add(reply.invocationId);
    const params = partialReplyValues(reply, this.options.clock.now());
    await this.writeBelowSession(reply.sessionId, async (connection) => {
      await connection.all(queries.upsertPartialReply, params);
    });
  }

  async getPartialReply(id: SessionId): Promise<PartialReply | undefined> {
    const row = await this.database.read((connection) =>
      connection.first<PartialReplyRow>(queries.selectPartialReply, [id]),
    );
    return row === undefined ? undefined : toPartialReply(row);
  }

  recoverInterrupted(): Promise<readonly SessionId[]> {
    const { ids, pid, isProcessAlive } = this.options;
    return recoverInterrupted(this.database, ids, {
      isOwnRun: (invocation) => this.ownInvocations.has(invocation),
      pid,
      isProcessAlive,
    });
  }

  async describe(): Promise<StoreDescription> {
    const row = await this.database.read((connection) =>
      connection.first<{ version: string; schema: number }>(queries.selectStoreDescription),
    );
    return {
      path: this.database.path,
      journalMode: this.database.journalMode,
      sqliteVersion: row?.version ?? '',
      schemaVersion: row?.schema ?? 0,
    };
  }

  async dataVersion(): Promise<number> {
    // Asked on the connection that writes: there the number stands still for our own writes.
    const row = await this.database.maintain((connection) =>
      connection.first<{ data_version: number }>('PRAGMA data_version'),
    );
    return row?.data_version ?? 0;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private async delete(sql: string, which: SqlValue): Promise<readonly SessionId[]> {
    const rows = await this.database.write((connection) => connection.all<{ id: string }>(sql, [which]));
    if (rows.length > 0) {
      await scrubDeleted(this.database, this.options.logger);
    }
    return rows.map((row) => toSessionId(row.id));
  }

  private readRows(sql: string, params: readonly SqlValue[]): Promise<EventRow[]> {
    return this.database.read((connection) => connection.all<EventRow>(sql, params));
  }

  /** An event that is not there must not look like the start of the conversation. */
  private readRowsAt(sql: string, id: SessionId, limit: number, event: EventId): Promise<EventRow[]> {
    return this.database.snapshot(async (connection) => {
      const rows = await connection.all<EventRow>(sql, [id, limit, event]);
      const found = rows.length > 0 || (await connection.first(queries.selectEventExists, [id, event]));
      if (found === undefined) {
        throw new AppError('argument/invalid', { args: { id, event } });
      }
      return rows;
    });
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
