import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Clock } from '../../core/base/ports';
import { chooseStale, parseAge, staleBefore } from '../../core/session/cleaning';
import { toSummary, type SessionId, type SessionSummary, type WorkspaceKey } from '../../core/session/session';
import { parseOptions } from '../platform/parseOptions';
import { readAllSessions } from '../sessions/listSessions';
import { isFromPerson } from '../sessions/sessionArguments';
import { byteText } from './byteText';
import { askForAge, askForScope, chooseWhatGoes, type CleaningScope } from './cleanDialogue';
import type { SizedSession } from './sizedSession';
import type { SessionStorage } from './sessionStorage';
import { offerUndo, titlesText } from './trashNotice';

const optionsSchema = v.object({
  /** Age since the last event: `12h`, `30d`, `2w`, `6m`; `0d` takes all. */
  olderThan: v.optional(v.string()),
  /** Sessions of the folders of this window (default), or of all. */
  scope: v.optional(v.picklist(['workspace', 'all'])),
  /** Only tells what would go. */
  dryRun: v.optional(v.boolean()),
});

/** Argument of `rejoin.cleanSessions`. */
export type CleanOptions = v.InferInput<typeof optionsSchema>;

/** What went to the trash, or would go. */
export interface CleaningResult {
  readonly count: number;
  /** Of text. */
  readonly bytes: number;
  readonly sessions: readonly SessionSummary[];
  /** False after a dry run and where there was nothing to clean. */
  readonly moved: boolean;
}

export interface CleanSessionsDeps {
  sessions(): Promise<SessionStorage>;
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
  currentSessionId(): SessionId | null;
  readonly clock: Clock;
}

/**
 * Moves sessions to the trash that were not used for a while, all in one step; never pinned or open ones. A person
 * sees first what would go and can keep some of it. Undefined when the person cancels.
 * Rejects with `argument/invalid` for an age or options that are none.
 */
export async function cleanSessions(deps: CleanSessionsDeps, argument: unknown): Promise<CleaningResult | undefined> {
  const isAsked = isFromPerson(argument);
  const given: CleanOptions = isAsked ? {} : parseOptions('options', optionsSchema, argument);
  const olderThan = given.olderThan ?? (await askForAge());
  if (olderThan === undefined) {
    return undefined;
  }
  const olderThanMs = parseAge(olderThan);
  const scope = given.scope ?? (isAsked ? await askForScope(vscode.l10n.t('Clean Sessions')) : 'workspace');
  if (scope === undefined) {
    return undefined;
  }
  const storage = await deps.sessions();
  const find = (): Promise<readonly SizedSession[]> => findStale(deps, storage, olderThanMs, scope);
  const stale = await find();
  if (stale.length === 0 && isAsked) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is nothing to clean: no session is that old. Pinned and open sessions stay.'),
    );
  }
  if (stale.length === 0 || given.dryRun === true) {
    return toResult(stale, false);
  }
  const chosen = isAsked ? await letChoose(stale, find, deps.clock.now()) : stale;
  return chosen === undefined ? undefined : moveToTrash(storage, chosen);
}

/** Undefined when the person cancels. The list stays open as long as they like: what was opened, pinned or used meanwhile is kept. */
async function letChoose(
  stale: readonly SizedSession[],
  findAgain: () => Promise<readonly SizedSession[]>,
  now: number,
): Promise<readonly SizedSession[] | undefined> {
  const chosen = await chooseWhatGoes(stale, now);
  if (chosen === undefined) {
    return undefined;
  }
  const goes = new Set(idsOf(await findAgain()));
  return chosen.filter(({ session }) => goes.has(session.id));
}

function idsOf(entries: readonly SizedSession[]): readonly SessionId[] {
  return entries.map(({ session }) => session.id);
}

async function findStale(
  deps: CleanSessionsDeps,
  storage: SessionStorage,
  olderThanMs: number,
  scope: CleaningScope,
): Promise<readonly SizedSession[]> {
  const now = deps.clock.now();
  const sessions = await readAllSessions(storage, {
    states: ['active', 'archived'],
    pinned: false,
    updatedBefore: staleBefore(olderThanMs, now),
    ...(scope === 'all' ? {} : { keys: await deps.workspaceKeys() }),
  });
  const stale = chooseStale(sessions, { olderThanMs, now, openId: deps.currentSessionId() });
  const sizes = await storage.sizesOf(stale.map((session) => session.id));
  return stale.map((session) => ({ session, bytes: sizes.get(session.id) ?? 0 }));
}

async function moveToTrash(storage: SessionStorage, chosen: readonly SizedSession[]): Promise<CleaningResult> {
  const moved = await storage.moveToTrash(idsOf(chosen));
  const bytes = new Map(chosen.map((entry) => [entry.session.id, entry.bytes]));
  const result = toResult(
    moved.map((session) => ({ session, bytes: bytes.get(session.id) ?? 0 })),
    moved.length > 0,
  );
  if (result.moved) {
    const size = byteText(result.bytes, vscode.env.language);
    const text =
      result.count === 1
        ? vscode.l10n.t('Moved {0} ({1}) to the trash.', titlesText(moved), size)
        : vscode.l10n.t('Moved {0} sessions ({1}) to the trash: {2}.', result.count, size, titlesText(moved));
    void offerUndo(storage, moved, text);
  }
  return result;
}

function toResult(entries: readonly SizedSession[], moved: boolean): CleaningResult {
  return {
    count: entries.length,
    bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0),
    sessions: entries.map(({ session }) => toSummary(session)),
    moved,
  };
}
