import type { Clock, IdGenerator } from '../../core/base/ports';
import type { Checkpoint1, Checkpoint2 } from '../../core/checkpoint/checkpoint';
import { checkpointToRecord, recordToCheckpoint, withFreshIds } from '../../core/checkpoint/checkpointMapper';
import { checkpoint1ToRecord } from '../../core/checkpoint/checkpointV1';
import { toInvocationId, type Session } from '../../core/session/session';
import type { RecordedEvent, SessionRecord } from '../../core/session/sessionRecord';
import { cleanTitle } from '../../core/session/sessionTitle';
import type { CheckpointSessions } from './checkpointSessions';
import { importFolder, type ImportFolderDeps } from './importFolder';
import { seededIds } from './seededIds';

export interface ImportPlanDeps extends ImportFolderDeps {
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** What an import would do. */
export interface ImportPlan {
  /** With an id that the store does not have. */
  readonly record: SessionRecord;
  /** The session that has all of this file already. */
  readonly imported?: Session;
  readonly conflict?: ImportConflict;
}

/** A session that it would stand beside: the same one as it is now, or another of that name in the folder. */
export interface ImportConflict {
  readonly session: Session;
  readonly isSame: boolean;
}

interface Present {
  readonly record: SessionRecord;
  readonly session: Session;
}

/** Looks where a checkpoint belongs and what is there already. Writes nothing. */
export async function planImport(
  deps: ImportPlanDeps,
  sessions: CheckpointSessions,
  document: Checkpoint1 | Checkpoint2,
  name: string | undefined,
): Promise<ImportPlan> {
  const seed = JSON.stringify(document);
  const original = await toRecord(deps, document, seed, name);
  // Where the id of the file is taken its copy gets ids that follow from the file, by which the next import knows it.
  const candidates = [original, withFreshIds(original, seededIds(`copy ${seed}`))];
  const present = (await Promise.all(candidates.map((record) => findPresent(sessions, record)))).flat();
  const kept = present.filter(({ session }) => session.deletedAt === null);
  const { title, directory, gitRoot } = original.session;
  const named = title === '' ? undefined : await sessions.findByTitle(title, [{ directory, gitRoot }]);
  // Whoever gives a name that is free has said how the two are to stand side by side.
  const same = name === undefined ? kept[0]?.session : undefined;
  const conflict = same ?? named;
  const imported = await findImported(sessions, name === undefined ? kept : kept.filter(isNamed(title)));
  const isFree = ({ session: { id } }: SessionRecord): boolean => !present.some(({ session }) => session.id === id);
  return {
    record: candidates.find(isFree) ?? withFreshIds(original, deps.ids),
    ...(imported === undefined ? {} : { imported }),
    ...(conflict === undefined ? {} : { conflict: { session: conflict, isSame: conflict === same } }),
  };
}

async function toRecord(
  deps: ImportPlanDeps,
  document: Checkpoint1 | Checkpoint2,
  seed: string,
  name: string | undefined,
): Promise<SessionRecord> {
  const record = document.version === '1.0' ? await ofAtmos(deps, document, seed) : await ofOurs(deps, document);
  const titled = name === undefined ? {} : ({ title: cleanTitle(name), titleSource: 'user' } as const);
  // What a person brings in is not to arrive in the trash.
  return { ...record, session: { ...record.session, ...titled, deletedAt: null } };
}

async function ofAtmos(deps: ImportPlanDeps, checkpoint: Checkpoint1, seed: string): Promise<SessionRecord> {
  const [key] = await deps.workspaceKeys();
  const ids = seededIds(seed);
  return checkpoint1ToRecord(checkpoint, { ids, now: deps.clock.now(), key, invocationId: toInvocationId(ids.next()) });
}

async function ofOurs(deps: ImportPlanDeps, checkpoint: Checkpoint2): Promise<SessionRecord> {
  const record = checkpointToRecord(checkpoint);
  return { ...record, session: { ...record.session, ...(await importFolder(deps, record.session.directory)) } };
}

async function findPresent(sessions: CheckpointSessions, record: SessionRecord): Promise<readonly Present[]> {
  const session = await sessions.getSession(record.session.id);
  return session === undefined ? [] : [{ record, session }];
}

function isNamed(title: string): (present: Present) => boolean {
  return ({ session }) => session.title.toLowerCase() === title.toLowerCase();
}

async function findImported(sessions: CheckpointSessions, present: readonly Present[]): Promise<Session | undefined> {
  for (const { record, session } of present) {
    if (hasAllOf(await sessions.readRecord(session.id), record)) {
      return session;
    }
  }
  return undefined;
}

/** True when an import would add nothing. The stored one may have gone on since. */
function hasAllOf(stored: SessionRecord, file: SessionRecord): boolean {
  // Stored JSON can be spelled in other ways than a file spells it.
  const events = new Map(checkpointToRecord(recordToCheckpoint(stored)).events.map((event) => [event.id, event]));
  return file.events.every((event) => {
    const found = events.get(event.id);
    return found !== undefined && contentOf(found) === contentOf(event);
  });
}

function contentOf({ type, parentId, data }: RecordedEvent): string {
  return JSON.stringify([type, parentId, data]);
}
