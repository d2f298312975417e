import type { Clock, IdGenerator } from '../../core/base/ports';
import { sessionNotFound } from '../../core/session/requireSession';
import type { SessionId, TurnId } from '../../core/session/session';
import type { PartialReply, ProcessIdentity, RunningReply, SavedReply } from '../../core/session/sessionService';
import type { Database } from './database';
import { markAbandoned, recoverReplies } from './interruptedReplies';
import { isSameProcess, OwnerLiveness, type Lease } from './ownerLiveness';
import { beat, savePartialReply } from './replyLease';
import * as queries from './replyQueries';
import { toPartialReply, toRunningReply, type PartialReplyRow, type ReplyOwnerRow } from './replyRows';
import { isForeignKeyViolation } from './sqliteErrors';

export interface PartialRepliesOptions {
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** The process that the turns of this store run in. */
  readonly self: ProcessIdentity;
  /** Of all replies there are, those whose owner is gone. Asks the system unless given. */
  readonly findDead?: (leases: readonly RunningReply[]) => readonly Lease[];
}

/** The replies that grow at this moment, one row for each session that is answered in whichever window. */
export class PartialReplies {
  private readonly findDead: (leases: readonly RunningReply[]) => readonly Lease[];

  constructor(
    private readonly database: Database,
    private readonly options: PartialRepliesOptions,
  ) {
    const liveness = new OwnerLiveness(options.self);
    this.findDead = options.findDead ?? ((leases) => liveness.findDead(leases));
  }

  /** See `SessionService.savePartialReply`. */
  async save(reply: PartialReply): Promise<SavedReply> {
    try {
      const now = this.options.clock.now();
      return await this.database.write((connection) => savePartialReply(connection, reply, now));
    } catch (error) {
      throw isForeignKeyViolation(error) ? sessionNotFound(reply.sessionId) : error;
    }
  }

  beat(id: SessionId, turnId: TurnId): Promise<SavedReply> {
    const now = this.options.clock.now();
    return this.database.write((connection) => beat(connection, id, turnId, now));
  }

  async get(id: SessionId): Promise<PartialReply | undefined> {
    const row = await this.database.read((connection) =>
      connection.first<PartialReplyRow>(queries.selectPartialReply, [id]),
    );
    return row === undefined ? undefined : toPartialReply(row);
  }

  async list(): Promise<readonly RunningReply[]> {
    const rows = await this.database.read((connection) => connection.all<ReplyOwnerRow>(queries.selectReplyOwners));
    return rows.map(toRunningReply);
  }

  async askToStop(id: SessionId): Promise<void> {
    await this.database.write((connection) => connection.all(queries.askToStop, [id]));
  }

  /** See `SessionService.recoverInterrupted`. */
  async recover(orphan?: SessionId): Promise<readonly SessionId[]> {
    const { ids, self } = this.options;
    const replies = await this.list();
    const dead = new Set(this.findDead(replies).map(({ turnId }) => turnId));
    const leftovers = replies.filter(
      ({ owner, sessionId, turnId }) => dead.has(turnId) || (sessionId === orphan && isSameProcess(owner, self)),
    );
    const recovered = await recoverReplies(this.database, ids, leftovers);
    return [...new Set([...recovered, ...(await markAbandoned(this.database))])];
  }
}
