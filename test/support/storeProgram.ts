import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAppError } from '../../src/core/base/errors';
import { silentLogger } from '../../src/core/base/ports';
import { toSessionId, type SessionId } from '../../src/core/session/session';
import type { NewEvent } from '../../src/core/session/sessionEvent';
import type { SessionService } from '../../src/core/session/sessionService';
import { writeFileAtomically } from '../../src/node/files/atomicFile';
import { loadMigrations } from '../../src/node/sqlite/migrator';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { restoreStore } from '../../src/node/sqlite/restoreStore';
import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import { appendRequest, newSession, newSessionId, userMessage } from './builders';
import { RealWindow } from './realWindow';
import type { StoreTask } from './storeProcess';
import { serveStore } from './storeServer';
import { runStorm } from './stormWriter';

/** Runs one task on a store in a process of its own. Arguments: folder, migrations, task as JSON. */
async function main(): Promise<void> {
  const [, , folder = '', migrationsDir = '', taskText = ''] = process.argv;
  const task = JSON.parse(taskText) as StoreTask;
  if (task.kind === 'modes') {
    process.umask(task.umask);
  }
  if (task.kind === 'serve') {
    await serveStore(folder, migrationsDir);
    return;
  }
  if (task.kind === 'writeFile') {
    await writeFileAtomically(task.path, 'n'.repeat(task.bytes));
    return;
  }
  if (task.kind === 'restore') {
    await restore(folder, migrationsDir, task.backup);
    return;
  }
  const window = new RealWindow(folder, migrationsDir);
  const service = await window.service;
  switch (task.kind) {
    case 'append':
      await appendMany(service, toSessionId(task.sessionId), task.count);
      break;
    case 'name':
      await makeNamed(service, task.title, task.count);
      break;
    case 'appendForever':
      await appendMany(service, toSessionId(task.sessionId), Number.POSITIVE_INFINITY);
      break;
    case 'modes':
      await service.append(appendRequest(newSessionId(), [userMessage()]));
      printModes(folder);
      break;
    case 'storm':
      await runStorm(await window.manager, task);
      break;
    case 'open':
      process.stdout.write('open\n');
      break;
  }
  await window.close();
}

async function restore(folder: string, migrationsDir: string, backup: string | undefined): Promise<void> {
  const tools = {
    ...{ binding: await loadSqlite(), migrations: await loadMigrations(migrationsDir), logger: silentLogger },
    clock: { now: () => Date.now() },
  };
  const empty = { kind: 'empty', sessions: 0, messages: 0, missing: undefined } as const;
  await restoreStore(tools, join(folder, storeFileName), backup ?? empty);
}

/** Appends one event after the other; prints the id of each one that the store has acknowledged. */
async function appendMany(service: SessionService, id: SessionId, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const event = userMessage(`${process.pid}:${index} ${'text '.repeat(index % 50)}`);
    await appendAtHead(service, id, event);
    process.stdout.write(`${event.id}\n`);
  }
}

/** Makes sessions of one title; prints the title that each of them got. */
async function makeNamed(service: SessionService, title: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const request = appendRequest(newSessionId(), [userMessage()], null, { create: newSession({ title }) });
    process.stdout.write(`${(await service.append(request)).session.title}\n`);
  }
}

/** Looks at the head and appends, again and again while another process is faster. */
async function appendAtHead(service: SessionService, id: SessionId, event: NewEvent): Promise<void> {
  for (;;) {
    const head = (await service.get(id))?.headId ?? null;
    try {
      await service.append(appendRequest(id, [event], head));
      return;
    } catch (error) {
      if (!isAppError(error, 'session/head-moved')) {
        throw error;
      }
    }
  }
}

function printModes(folder: string): void {
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const files = readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]);
  process.stdout.write(`${JSON.stringify({ folder: modeOf(folder), ...Object.fromEntries(files) })}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
