import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { Event } from '../../core/base/event';
import type { Clock, Logger, Timers } from '../../core/base/ports';
import { Sequencer } from '../../core/base/sequencer';
import { chooseOverLimit, chooseStale, staleBefore, trashKeptMs } from '../../core/session/cleaning';
import type { Session, SessionId, WorkspaceKey } from '../../core/session/session';
import type { AppendedEvents } from '../../core/session/sessionChanges';
import { readAllSessions } from '../sessions/listSessions';
import { belongsTo } from '../sessions/sessionGroups';
import type { LimitSettings } from './limitSettings';
import type { SessionStorage } from './sessionStorage';
import { offerUndo, titlesText } from './trashNotice';

export interface SessionLimitsDeps {
  /** The open store on disk; undefined while there is none. Opens nothing. */
  openSessions(): Promise<SessionStorage | undefined>;
  readonly onDidOpenStore: Event<unknown>;
  readonly onDidAppendEvents: Event<AppendedEvents>;
  /** The keys of this window's folders. */
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
  currentSessionId(): SessionId | null;
  readonly settings: () => LimitSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Housekeeping waits until what the person asked for is on screen. */
const delayMs = 5_000;
const dayMs = 86_400_000;

/**
 * Keeps the limits that a person set on how many sessions there are and how old they get, and empties the trash of what
 * was in it for longer than it keeps anything. Never takes a session that is pinned, open or answering; tells what went
 * and offers to take it back, and does not try again in this window what was taken back.
 */
export class SessionLimits implements Disposable {
  private readonly store = new DisposableStore();
  private readonly sequencer = new Sequencer();
  private readonly spared = new Set<SessionId>();
  private pending: Disposable | undefined;

  constructor(private readonly deps: SessionLimitsDeps) {
    this.store.add(deps.onDidOpenStore(() => this.schedule()));
    this.store.add(
      deps.onDidAppendEvents(({ session, events }) => {
        if (session.lastSeq === events.length) {
          this.schedule();
        }
      }),
    );
  }

  /** Applies the limits now. Failures are logged: nothing that a person does depends on this. */
  async apply(): Promise<void> {
    await this.sequencer.run(async () => {
      try {
        const storage = await this.deps.openSessions();
        if (storage !== undefined) {
          await this.emptyOldTrash(storage);
          await this.moveStale(storage);
          await this.moveOverLimit(storage);
        }
      } catch (error) {
        this.deps.logger.error('The limits of sessions could not be applied', error);
      }
    });
  }

  dispose(): void {
    this.pending?.dispose();
    this.store.dispose();
  }

  private schedule(): void {
    this.pending?.dispose();
    this.pending = this.deps.timers.after(delayMs, () => void this.apply());
  }

  private async emptyOldTrash(storage: SessionStorage): Promise<void> {
    const deleted = await storage.emptyTrash(trashKeptMs);
    if (deleted.length > 0) {
      this.deps.logger.info(`Deleted ${deleted.length} sessions that were in the trash for 30 days`, ...deleted);
    }
  }

  private async moveStale(storage: SessionStorage): Promise<void> {
    const { retentionDays, retentionDaysElsewhere } = this.deps.settings();
    if (retentionDays === 0 && retentionDaysElsewhere === 0) {
      return;
    }
    const keys = await this.deps.workspaceKeys();
    const isHere = (session: Session): boolean => belongsTo(session, keys);
    const here = await this.findStale(storage, retentionDays, keys);
    const elsewhere = await this.findStale(storage, retentionDaysElsewhere);
    const stale = [...here, ...elsewhere.filter((session) => !isHere(session))];
    await this.move(storage, stale, (count, titles) =>
      count === 1
        ? vscode.l10n.t(
            'Moved a session to the trash that was not used for longer than rejoin.session.retentionDays: {0}.',
            titles,
          )
        : vscode.l10n.t(
            'Moved {0} sessions to the trash that were not used for longer than rejoin.session.retentionDays: {1}.',
            count,
            titles,
          ),
    );
  }

  private async findStale(
    storage: SessionStorage,
    days: number,
    keys?: readonly WorkspaceKey[],
  ): Promise<readonly Session[]> {
    if (days === 0) {
      return [];
    }
    const now = this.deps.clock.now();
    const olderThanMs = days * dayMs;
    const sessions = await readAllSessions(storage, {
      states: ['active', 'archived'],
      pinned: false,
      updatedBefore: staleBefore(olderThanMs, now),
      ...(keys === undefined ? {} : { keys }),
    });
    return chooseStale(sessions, { olderThanMs, now, openId: this.deps.currentSessionId() });
  }

  private async moveOverLimit(storage: SessionStorage): Promise<void> {
    const { maxSessions } = this.deps.settings();
    if (maxSessions === 0) {
      return;
    }
    for (const key of await this.deps.workspaceKeys()) {
      const sessions = await readAllSessions(storage, { states: ['active', 'archived'], keys: [key] });
      const openId = this.deps.currentSessionId();
      // What was taken back does not count, or a newer one would have to go for it.
      const counted = sessions.filter((session) => !this.spared.has(session.id));
      const excess = chooseOverLimit(counted, maxSessions, openId === null ? [] : [openId]);
      await this.move(storage, excess, (count, titles) =>
        count === 1
          ? vscode.l10n.t(
              'Moved a session to the trash, because at most {0} are kept for each folder (rejoin.session.maxSessions): {1}.',
              maxSessions,
              titles,
            )
          : vscode.l10n.t(
              'Moved {0} sessions to the trash, because at most {1} are kept for each folder (rejoin.session.maxSessions): {2}.',
              count,
              maxSessions,
              titles,
            ),
      );
    }
  }

  private async move(
    storage: SessionStorage,
    chosen: readonly Session[],
    text: (count: number, titles: string) => string,
  ): Promise<void> {
    const ids = chosen.map((session) => session.id).filter((id) => !this.spared.has(id));
    if (ids.length === 0) {
      return;
    }
    const moved = await storage.moveToTrash(ids);
    this.deps.logger.info(`Moved ${moved.length} sessions to the trash, as the settings ask`, ...ids);
    offerUndo(storage, moved, text(moved.length, titlesText(moved))).then(
      (undone) => undone && ids.forEach((id) => this.spared.add(id)),
      (error: unknown) => this.deps.logger.error('Sessions could not be restored', error),
    );
  }
}
