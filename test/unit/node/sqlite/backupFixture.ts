import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../../src/core/base/ports';
import type { SessionId } from '../../../../src/core/session/session';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import { loadMigrations } from '../../../../src/node/sqlite/migrator';
import type { SalvageTools } from '../../../../src/node/sqlite/salvage';
import { loadSqlite } from '../../../../src/node/sqlite/sqliteBinding';
import {
  answer,
  appendRequest,
  newSession,
  newSessionId,
  userMessage,
  type FakeClock,
} from '../../../support/builders';
import { migrationsDir } from '../../../support/storeFixture';

export const pageSize = 4096;

export async function backupTools(clock: FakeClock): Promise<SalvageTools> {
  return {
    binding: await loadSqlite(),
    clock,
    logger: silentLogger,
    migrations: await loadMigrations(migrationsDir),
  };
}

/** A session of that many questions, each with an answer. */
export async function addSession(
  service: LocalSessionService,
  title: string,
  turns = 1,
  text = 'The memo key ignores the coupon.',
): Promise<SessionId> {
  const id = newSessionId();
  let head = null;
  for (let turn = 0; turn < turns; turn++) {
    const reply = answer(`${title} ${turn}: ${text}`);
    const events = [userMessage(`${title} asks ${turn}`), reply];
    await service.append(appendRequest(id, events, head, { create: newSession({ title }) }));
    head = reply.id;
  }
  return id;
}

/** Writes over a part of a file, as a bad disk does. */
export async function overwrite(path: string, position: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, position);
  } finally {
    await file.close();
  }
}

export const zeroPage = (path: string, number: number): Promise<void> =>
  overwrite(path, (number - 1) * pageSize, new Uint8Array(pageSize));

/** Files below a folder in which the text can be read. */
export async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return (await stat(path)).isFile() && (await readFile(path)).includes(text) ? [name] : [];
    }),
  );
  return found.flat().sort();
}

/** A folder on a disk of that size; undefined where this process may not mount one. */
export async function smallDisk(folder: string, megabytes: number): Promise<{ unmount(): void } | undefined> {
  await mkdir(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
    return { unmount: () => void execFileSync('umount', [folder], { stdio: 'pipe' }) };
  } catch {
    return undefined;
  }
}
