import type { IdGenerator } from '../../core/base/ports';
import { checkpointToRecord, recordToCheckpoint, withFreshIds } from '../../core/checkpoint/checkpointMapper';
import { toSessionId, type Session } from '../../core/session/session';
import type { RecordedEvent, SessionRecord } from '../../core/session/sessionRecord';
import { cleanTitle } from '../../core/session/sessionTitle';
import type { CheckpointSessions } from './checkpointSessions';
import { seededIds } from '../../node/checkpoints/seededIds';
import { forEachWithPauses } from '../../node/withPauses';
import type { CheckpointSession } from '../../node/checkpoints/checkpointReading';
import { importFolder, type ImportFolderDeps } from './importFolder';

export interface ImportPlanDeps extends ImportFolderDeps {
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
  file: CheckpointSession,
  name: string | undefined,
): Promise<ImportPlan> {
  const original = await placed(deps, file, name);
  // Where the id of the file is taken its copy gets ids that follow from the file, by which the next import knows it.
  const copy = (): SessionRecord => withFreshIds(original, seededIds(file.copySeed));
  const copyId = toSessionId(seededIds(file.copySeed).next());
  const [own, copied] = await Promise.all([original.session.id, copyId].map((id) => sessions.getSession(id)));
  const present: readonly Present[] = [
    ...(own === undefined ? [] : [{ record: original, session: own }]),
    ...(copied === undefined ? [] : [{ record: copy(), session: copied }]),
  ];
  const kept = present.filter(({ session }) => session.deletedAt === null);
  const { title, directory, gitRoot } = original.session;
  const named = title === '' ? undefined : await sessions.findByTitle(title, [{ directory, gitRoot }]);
  // Whoever gives a name that is free has said how the two are to stand side by side.
  const same = name === undefined ? kept[0]?.session : undefined;
  const conflict = same ?? named;
  const imported = await findImported(sessions, name === undefined ? kept : kept.filter(isNamed(title)));
  const record = own === undefined ? original : copied === undefined ? copy() : withFreshIds(original, deps.ids);
  return {
    record,
    ...(imported === undefined ? {} : { imported }),
    ...(conflict === undefined ? {} : { conflict: { session: conflict, isSame: conflict === same } }),
  };
}

/** The record of the file in the folder that it belongs to here. */
async function placed(
  deps: ImportPlanDeps,
  { record, summary }: CheckpointSession,
  name: string | undefined,
): Promise<SessionRecord> {
  const key =
    summary.version === '1.0' ? (await deps.workspaceKeys())[0] : await importFolder(deps, record.session.directory);
  const titled = name === undefined ? {} : ({ title: cleanTitle(name), titleSource: 'user' } as const);
  // What a person brings in is not to arrive in the trash.
  return { ...record, session: { ...record.session, ...key, ...titled, deletedAt: null } };
}

function isNamed(title: string): (present: Present) => boolean {
  return ({ session }) => session.title.toLowerCase() === title.toLowerCase();
}

async function findImported(sessions: CheckpointSessions, present: readonly Present[]): Promise<Session | undefined> {
  for (const { record, session } of present) {
    if (await hasAllOf(await sessions.readRecord(session.id), record)) {
      return session;
    }
  }
  return undefined;
}

/** Events that are compared at once; between them others have their turn. */
const comparedAtOnce = 20;

/** True when an import would add nothing. The stored one may have gone on since. */
async function hasAllOf(stored: SessionRecord, file: SessionRecord): Promise<boolean> {
  const events = new Map(stored.events.map((event) => [event.id, event]));
  const starts = file.events.flatMap((_, index) => (index % comparedAtOnce === 0 ? [index] : []));
  let isSame = true;
  await forEachWithPauses(starts, (start) => {
    const wanted = file.events.slice(start, start + comparedAtOnce);
    const found = isSame ? wanted.flatMap(({ id }) => events.get(id) ?? []) : [];
    isSame = found.length === wanted.length && isSameContent(asFromFile({ ...stored, events: found }), wanted);
  });
  return isSame;
}

/** Stored JSON can be spelled in other ways than a file spells it. */
function asFromFile(stored: SessionRecord): readonly RecordedEvent[] {
  return checkpointToRecord(recordToCheckpoint({ ...stored, metadata: [], context: [] })).events;
}

function isSameContent(stored: readonly RecordedEvent[], file: readonly RecordedEvent[]): boolean {
  return JSON.stringify(stored.map(contentOf)) === JSON.stringify(file.map(contentOf));
}

function contentOf({ type, parentId, data }: RecordedEvent): readonly (string | null)[] {
  return [type, parentId, data];
}
