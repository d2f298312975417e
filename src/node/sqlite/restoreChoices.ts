import { stat } from 'node:fs/promises';
import { AppError, isAppError } from '../../core/base/errors';
import { makeTemporaryBackup, removeTemporaryBackup } from './backupFiles';
import { listBackups, verifyBackup, type StoredBackup } from './backups';
import { missingFrom, readMark, type HighWaterMark } from './highWaterMark';
import { salvage, type Salvaged, type SalvageTools } from './salvage';
import { sizeOf } from './storeFile';
import { quickCheck, readFigures, type StoreFigures } from './storeFigures';
import { withConnection } from './withConnection';

/** How the file stands that would be set aside. */
export type PresentFile = 'sound' | 'damaged' | 'unreadable' | 'missing';

interface Content {
  readonly sessions: number;
  readonly messages: number;
  /** Events that were stored later and would not be there; undefined where nothing is known to compare with. */
  readonly missing: number | undefined;
}

export interface BackupChoice extends Content {
  readonly kind: 'backup';
  readonly backup: StoredBackup;
}

/** What is left of the file, completed from the backups. It was made already and waits in a temporary file. */
export interface SalvageChoice extends Content {
  readonly kind: 'salvage';
  readonly salvaged: Salvaged;
  readonly prepared: string;
  /** How the damaged files stood when they were read. */
  readonly seen: string;
}

export type RestoreChoice = BackupChoice | SalvageChoice | (Content & { readonly kind: 'empty' });

export interface RestoreOptions {
  readonly path: string;
  readonly present: PresentFile;
  /** Backups newest first, then what can be salvaged, then starting empty. Only what was read through and is sound. */
  readonly choices: readonly RestoreChoice[];
  /** Removes what was prepared and not put in place. */
  dispose(): Promise<void>;
}

/**
 * What can take the place of a database, and what would be missing with each choice. The file itself is only read, so
 * it may be open. Rejects with `store/newer-schema` for a file of a newer version, which nothing is wrong with.
 */
export async function listRestoreChoices(tools: SalvageTools, path: string): Promise<RestoreOptions> {
  // The mark first: it is behind what the file says, never ahead.
  const mark = await readMark(path);
  const file = await examine(tools, path);
  const known = { mark, figures: file.figures };
  const backups = await soundBackups(tools, path);
  const choices: RestoreChoice[] = backups.map((backup) => ({
    kind: 'backup',
    backup,
    sessions: backup.sessions,
    messages: backup.messages,
    missing: missingWith(backup, known),
  }));
  // A sound file from which nothing is missing is best left where it is.
  const isWorthIt =
    file.present === 'missing' ? await hasLog(path) : file.present !== 'sound' || missingInFile(known) > 0;
  const salvaged = isWorthIt ? await trySalvage(tools, path, backups, known) : undefined;
  if (salvaged !== undefined) {
    choices.push(salvaged);
  }
  choices.push({ kind: 'empty', sessions: 0, messages: 0, missing: file.figures?.written ?? mark?.written });
  return {
    path,
    present: file.present,
    choices,
    dispose: () => (salvaged === undefined ? Promise.resolve() : removeTemporaryBackup(salvaged.prepared)),
  };
}

async function hasLog(path: string): Promise<boolean> {
  return (await sizeOf(`${path}-wal`).catch(() => 0)) > 0;
}

interface Known {
  readonly mark: HighWaterMark | undefined;
  readonly figures: StoreFigures | undefined;
}

interface Examined {
  readonly present: PresentFile;
  readonly figures: StoreFigures | undefined;
}

async function examine(tools: SalvageTools, path: string): Promise<Examined> {
  if ((await sizeOf(path).catch(() => 0)) === 0) {
    return { present: 'missing', figures: undefined };
  }
  try {
    return await withConnection(tools, path, 'readonly', async (connection) => {
      const figures = await readFigures(connection);
      if (figures.schema > tools.migrations.length) {
        throw new AppError('store/newer-schema', { args: { path } });
      }
      const problems = await quickCheck(connection).catch(() => ['unreadable']);
      return { present: problems.length === 0 ? 'sound' : 'damaged', figures };
    });
  } catch (error) {
    if (isAppError(error, 'store/newer-schema')) {
      throw error;
    }
    return { present: isAppError(error, 'store/not-a-database') ? 'unreadable' : 'damaged', figures: undefined };
  }
}

/** A backup of a newer version could not be opened once it was in place. */
async function soundBackups(tools: SalvageTools, path: string): Promise<readonly StoredBackup[]> {
  const sound: StoredBackup[] = [];
  for (const backup of await listBackups(tools, path)) {
    try {
      if (backup.schema <= tools.migrations.length) {
        await verifyBackup(tools, backup.path);
        sound.push(backup);
      }
    } catch (error) {
      tools.logger.warn(`The backup ${backup.path} is damaged`, error);
    }
  }
  return sound;
}

/** Counts of different generations have nothing to do with each other. */
function missingWith(
  { generation, written }: Pick<StoreFigures, 'generation' | 'written'>,
  { mark, figures }: Known,
): number | undefined {
  const everWritten = [
    // What the file was found to have lost was stored once as well.
    ...(mark?.generation === generation ? [mark.written + mark.missing] : []),
    ...(figures?.generation === generation ? [figures.written] : []),
  ];
  return everWritten.length === 0 ? undefined : Math.max(0, Math.max(...everWritten) - written);
}

/** What the mark knows and the file has not; 0 where the file does not tell. */
function missingInFile({ mark, figures }: Known): number {
  return mark === undefined || figures == null || figures.generation === null
    ? 0
    : missingFrom(mark, { generation: figures.generation, written: figures.written });
}

/** Events that are newer than every backup; 0 where nothing is known of them. */
function missingSince(backups: readonly StoredBackup[], known: Known): number {
  const counts = backups.flatMap((backup) => missingWith(backup, known) ?? []);
  return counts.length === 0 ? 0 : Math.min(...counts);
}

async function trySalvage(
  tools: SalvageTools,
  path: string,
  backups: readonly StoredBackup[],
  known: Known,
): Promise<SalvageChoice | undefined> {
  const prepared = await makeTemporaryBackup(path).catch((error: unknown) => {
    tools.logger.warn('Nothing can be salvaged, because nothing can be written', error);
  });
  if (prepared === undefined) {
    return undefined;
  }
  try {
    const seen = await fingerprint(path);
    const salvaged = await salvage(tools, path, prepared, backups);
    const { sessions, messages, lost, fromBackup } = salvaged;
    const ownEvents = salvaged.events - fromBackup;
    if (sessions > 0) {
      const missing = Math.max(lost, missingInFile(known) - fromBackup, missingSince(backups, known) - ownEvents);
      return { kind: 'salvage', salvaged, sessions, messages, missing, prepared, seen };
    }
  } catch (error) {
    tools.logger.warn(`Nothing can be read from ${path}`, error);
  }
  await removeTemporaryBackup(prepared);
  return undefined;
}

/** As it was made, or made again where somebody wrote to the file since. Rejects with `store/corrupt` when nothing is left. */
export async function freshSalvage(tools: SalvageTools, path: string, choice: SalvageChoice): Promise<SalvageChoice> {
  if ((await fingerprint(path)) === choice.seen && (await sizeOf(choice.prepared)) > 0) {
    return choice;
  }
  await removeTemporaryBackup(choice.prepared);
  const again = await trySalvage(tools, path, await soundBackups(tools, path), { mark: undefined, figures: undefined });
  if (again === undefined) {
    throw new AppError('store/corrupt', { args: { path } });
  }
  return again;
}

/** Changes with every write, by whatever window. */
async function fingerprint(path: string): Promise<string> {
  const files = ['', '-wal'].map((suffix) =>
    stat(`${path}${suffix}`).then(
      ({ size, mtimeMs, ino }) => `${size} ${mtimeMs} ${ino}`,
      () => '',
    ),
  );
  return (await Promise.all(files)).join('\n');
}
