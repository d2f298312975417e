import * as vscode from 'vscode';
import { AppError, isAppError } from '../../core/base/errors';
import { toSummary, type Session, type SessionId, type SessionSummary } from '../../core/session/session';
import type { SessionState } from '../../core/session/sessionService';
import { listSessions } from './listSessions';
import { setAsideText } from '../storage/setAsideText';
import type { SessionCatalog } from './sessionCatalog';
import { idsOf, isNamedById, isSelectionArgument, openOptions, titleArgument } from './sessionArguments';
import { NamedSessions, type NamedSessionsDeps } from './namedSessions';
import { sessionIdOf } from './sessionNode';
import type { PickOptions, SessionChoice } from './sessionPicker';
import { askForTitle, confirmDeleteForever } from './sessionPrompts';
import { titleOf } from './sessionTreeItem';
import { withoutLinks } from './sessionText';

export interface SessionCommandDeps extends NamedSessionsDeps {
  /** Shows a stored session in the chat and moves the focus there. */
  showSession(id: SessionId): Promise<void>;
  /** Starts a fresh session in the chat, as `rejoin.newSession` does. */
  newSession(): Promise<unknown>;
  currentSessionId(): SessionId | null;
  /** The sessions that a key press in the tree is about, the one with the focus first. */
  sessionsOfKeyPress(): Promise<readonly SessionId[]>;
  /** Asks for a session; undefined when the person cancels. */
  pickSession(options: PickOptions): Promise<SessionChoice | undefined>;
}

type OneOrMany<T> = T | readonly T[];
type Handler = (...args: readonly unknown[]) => Promise<unknown>;

interface Targets {
  readonly ids: readonly SessionId[];
  /** True when the result is an array: several were named. */
  readonly many: boolean;
}

export type SessionCommandId =
  | 'rejoin.openSession'
  | 'rejoin.renameSession'
  | 'rejoin.archiveSession'
  | 'rejoin.unarchiveSession'
  | 'rejoin.pinSession'
  | 'rejoin.unpinSession'
  | 'rejoin.deleteSession'
  | 'rejoin.restoreSession'
  | 'rejoin.deleteForever'
  | 'rejoin.listSessions';

/**
 * Handlers of the commands on sessions. Each takes a session id, or an element of the tree and the selection that it
 * belongs to; acts on all of them; returns a summary for one and an array for several; and asks only for what is missing.
 * They reject with `session/not-found` for an unknown id; a person who cancels makes them resolve with undefined.
 */
export function createSessionCommands(deps: SessionCommandDeps): Readonly<Record<SessionCommandId, Handler>> {
  return new SessionCommands(deps).handlers();
}

class SessionCommands {
  private readonly named: NamedSessions;

  constructor(private readonly deps: SessionCommandDeps) {
    this.named = new NamedSessions(deps);
  }

  handlers(): Readonly<Record<SessionCommandId, Handler>> {
    return {
      'rejoin.openSession': (...args) => this.open(args),
      'rejoin.renameSession': (...args) => this.rename(args),
      'rejoin.archiveSession': (...args) =>
        this.change(args, { title: vscode.l10n.t('Archive Session'), states: ['active'] }, (catalog, ids) =>
          catalog.setArchived(ids, true),
        ),
      'rejoin.unarchiveSession': (...args) =>
        this.change(args, { title: vscode.l10n.t('Unarchive Session'), states: ['archived'] }, (catalog, ids) =>
          catalog.setArchived(ids, false),
        ),
      'rejoin.pinSession': (...args) =>
        this.change(args, { title: vscode.l10n.t('Pin Session'), states: ['active'], pinned: false }, (catalog, ids) =>
          catalog.setPinned(ids, true),
        ),
      'rejoin.unpinSession': (...args) =>
        this.change(args, { title: vscode.l10n.t('Unpin Session'), states: ['active'], pinned: true }, (catalog, ids) =>
          catalog.setPinned(ids, false),
        ),
      'rejoin.deleteSession': (...args) => this.moveToTrash(args),
      'rejoin.restoreSession': (...args) =>
        this.change(args, { title: vscode.l10n.t('Restore Session'), states: ['deleted'] }, (catalog, ids) =>
          catalog.restore(ids),
        ),
      'rejoin.deleteForever': (...args) => this.deleteForever(args),
      'rejoin.listSessions': async (options) =>
        listSessions(await this.deps.sessions(), await this.deps.workspaceKeys(), options),
    };
  }

  private async open(args: readonly unknown[]): Promise<SessionSummary | undefined> {
    const options = { title: vscode.l10n.t('Open Session'), states: ['active', 'archived'] as const, offerNew: true };
    const choice = args[0] === undefined ? await this.deps.pickSession(options) : await this.idToOpen(args);
    if (choice === undefined) {
      return undefined;
    }
    if (choice === 'new') {
      await this.deps.newSession();
      return undefined;
    }
    const session = await (await this.deps.sessions()).get(choice);
    await this.deps.showSession(session.id);
    return toSummary(session);
  }

  private async idToOpen(args: readonly unknown[]): Promise<SessionId | undefined> {
    const [first, second] = args;
    return typeof first === 'string' && first.trim() !== ''
      ? this.named.find(first, { create: openOptions(second).create === true })
      : (await this.targetsOf(args))?.ids[0];
  }

  private async rename(args: readonly unknown[]): Promise<SessionSummary | undefined> {
    const targets = await this.resolve(args, {
      title: vscode.l10n.t('Rename Session'),
      states: ['active', 'archived'],
    });
    // A title is for one session: with several selected it is the one that was clicked.
    const id = targets === undefined ? undefined : (sessionIdOf(args[0]) ?? targets.ids[0]);
    if (id === undefined) {
      return undefined;
    }
    const catalog = await this.deps.sessions();
    const session = await catalog.get(id);
    const title = titleArgument(args[1]) ?? (await askForTitle(session));
    return title === undefined ? undefined : toSummary(await catalog.rename(id, title));
  }

  private async moveToTrash(args: readonly unknown[]): Promise<OneOrMany<SessionSummary> | undefined> {
    const options: PickOptions = { title: vscode.l10n.t('Delete Session'), states: ['active', 'archived'] };
    const targets = await this.resolve(args, options);
    if (targets === undefined) {
      return undefined;
    }
    const catalog = await this.deps.sessions();
    const before = await Promise.all(targets.ids.map((id) => catalog.get(id)));
    const kept = before.filter((session) => session.deletedAt === null);
    if (kept.length === 0 && isSelectionArgument(args[0])) {
      // The key that puts a session into the trash takes it out of there for good.
      await this.deleteTargetsForever(targets, true);
      return undefined;
    }
    const deleted = await catalog.moveToTrash(kept.map((session) => session.id));
    void this.offerUndo(catalog, deleted);
    const now = new Map(deleted.map((session) => [session.id, session]));
    return this.result(
      targets,
      before.map((session) => now.get(session.id) ?? session),
    );
  }

  private async offerUndo(catalog: SessionCatalog, deleted: readonly Session[]): Promise<void> {
    const [first] = deleted;
    if (first === undefined) {
      return;
    }
    const undo = vscode.l10n.t('Undo');
    const text =
      deleted.length === 1
        ? vscode.l10n.t('Moved “{0}” to the trash.', withoutLinks(titleOf(first)))
        : vscode.l10n.t('Moved {0} sessions to the trash.', deleted.length);
    if ((await vscode.window.showInformationMessage(text, undo)) === undo) {
      await catalog.restore(deleted.map((session) => session.id));
    }
  }

  private async deleteForever(args: readonly unknown[]): Promise<OneOrMany<SessionId> | undefined> {
    const targets = await this.resolve(args, {
      title: vscode.l10n.t('Delete Session Forever'),
      states: ['deleted', 'active', 'archived'],
    });
    if (targets === undefined) {
      return undefined;
    }
    return this.deleteTargetsForever(targets, !isNamedById(args[0]));
  }

  private async deleteTargetsForever(targets: Targets, ask: boolean): Promise<OneOrMany<SessionId> | undefined> {
    const catalog = await this.deps.sessions();
    const sessions = await Promise.all(targets.ids.map((id) => catalog.get(id)));
    if (ask && !(await confirmDeleteForever(sessions, await setAsideText(catalog)))) {
      return undefined;
    }
    const deleted = await catalog.deleteForever(targets.ids);
    return targets.many ? deleted : deleted[0];
  }

  private async change(
    args: readonly unknown[],
    options: PickOptions,
    action: (catalog: SessionCatalog, ids: readonly SessionId[]) => Promise<readonly Session[]>,
  ): Promise<OneOrMany<SessionSummary> | undefined> {
    const targets = await this.resolve(args, options);
    return targets === undefined
      ? undefined
      : this.result(targets, await action(await this.deps.sessions(), targets.ids));
  }

  private result(targets: Targets, sessions: readonly Session[]): OneOrMany<SessionSummary> {
    const [first] = sessions;
    if (first === undefined) {
      throw new AppError('session/not-found', { args: { id: targets.ids[0] ?? '' } });
    }
    return targets.many ? sessions.map(toSummary) : toSummary(first);
  }

  /**
   * The sessions that the arguments name. Without any it is the session shown, if the command can be about it, and else
   * the one that the person picks. Undefined when the person cancels.
   */
  private async resolve(args: readonly unknown[], options: PickOptions): Promise<Targets | undefined> {
    if (args[0] !== undefined) {
      return this.targetsOf(args);
    }
    const choice = (await this.findCurrent(options)) ?? (await this.deps.pickSession(options));
    return choice === undefined || choice === 'new' ? undefined : { ids: [choice], many: false };
  }

  private async findCurrent({ states, pinned }: PickOptions): Promise<SessionId | undefined> {
    const id = this.deps.currentSessionId();
    // Deleting for good and restoring are about the trash, which the chat does not show.
    if (id === null || states.includes('deleted')) {
      return undefined;
    }
    try {
      const session = await (await this.deps.sessions()).get(id);
      const fits = states.includes(stateOf(session)) && (pinned === undefined || pinned === session.pinned);
      return fits ? id : undefined;
    } catch (error) {
      // A session gets its row with its first message.
      if (isAppError(error, 'session/not-found')) {
        return undefined;
      }
      throw error;
    }
  }

  private async targetsOf(args: readonly unknown[]): Promise<Targets | undefined> {
    const [first, second] = args;
    if (isSelectionArgument(first)) {
      const ids = await this.deps.sessionsOfKeyPress();
      return ids.length === 0 ? undefined : { ids, many: ids.length > 1 };
    }
    if (Array.isArray(first)) {
      return { ids: idsOf(first), many: true };
    }
    const id = sessionIdOf(first);
    if (id === undefined) {
      throw new AppError('argument/invalid', {
        args: { name: 'session', reason: vscode.l10n.t('a session id or an element of the sessions tree is expected') },
      });
    }
    // VS Code passes the element that was clicked and, when it is part of a selection, all that is selected.
    const selected = Array.isArray(second) ? idsOf(second.filter((node) => sessionIdOf(node) !== undefined)) : [];
    return selected.length > 1 && selected.includes(id) ? { ids: selected, many: true } : { ids: [id], many: false };
  }
}

function stateOf(session: Session): SessionState {
  if (session.deletedAt !== null) {
    return 'deleted';
  }
  return session.archivedAt === null ? 'active' : 'archived';
}
