import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Uri } from 'vscode';
import { silentLogger } from '../../../../src/core/base/ports';
import type { SessionId, SessionSummary, WorkspaceKey } from '../../../../src/core/session/session';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import { CheckpointCommands } from '../../../../src/extension/checkpoints/checkpointCommands';
import { readCheckpoint } from '../../../../src/node/checkpoints/checkpointReading';
import type { PickOptions } from '../../../../src/extension/sessions/sessionPicker';
import { answer, newSession, newSessionId, realIds, testKey, testModel, userMessage } from '../../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../../support/storeFixture';
import { vscodeDouble } from './vscodeDouble';

/** A checkpoint of Atmos 1.0 with only what is needed. */
export const atmosFile = `version: "1.0"
session:
  name: dns-cutover
  provider: anthropic
  model: claude-sonnet-4-6
messages:
  - role: user
    content: |
      Which records move first?
      Keep the TTL low.
    created_at: 2026-08-19T07:05:00Z
  - role: assistant
    content: "Lower TTLs, wait one old TTL, then move A and AAAA."
    created_at: "2026-08-19T07:05:12Z"
statistics:
  message_count: 2
`;

/** Commands on checkpoints over a store on disk, and a folder for files. */
export class CheckpointFixture {
  keys: [WorkspaceKey, ...WorkspaceKey[]] = [testKey];
  currentId: SessionId | null = null;
  /** What the person picks from the list of sessions. */
  picked: SessionId | undefined;
  readonly pickers: PickOptions[] = [];
  /** Sessions that were shown in the chat. */
  readonly shown: SessionId[] = [];
  readonly commands: CheckpointCommands;
  private readonly others: TempStore[] = [];

  private constructor(
    readonly store: TempStore,
    readonly folder: string,
    public manager: SessionManager,
  ) {
    this.commands = new CheckpointCommands({
      sessions: () => Promise.resolve(this.manager),
      workspaceKeys: () => Promise.resolve(this.keys),
      keyOfFolder: (path) => Promise.resolve({ directory: path, gitRoot: `${path}/.root` }),
      currentSessionId: () => this.currentId,
      showSession: (id) => Promise.resolve(void this.shown.push(id)),
      pickSession: (options) => {
        this.pickers.push(options);
        return Promise.resolve(this.picked);
      },
      // On the spot: what a thread changes about it has tests of its own.
      reader: { read: readCheckpoint },
      clock: store.clock,
      ids: realIds,
      logger: silentLogger,
    });
  }

  static async open(): Promise<CheckpointFixture> {
    const store = await openTempStore();
    return new CheckpointFixture(store, await mkdtemp(join(tmpdir(), 'rejoin-files-')), launchManager(store));
  }

  /** Goes on with an empty store, as on another machine. */
  async moveToOtherMachine(): Promise<void> {
    const other = await openTempStore();
    this.others.push(other);
    this.manager = launchManager(other);
  }

  call<T = unknown>(
    command: keyof ReturnType<CheckpointCommands['handlers']>,
    ...args: readonly unknown[]
  ): Promise<T> {
    return this.commands.handlers()[command](...args) as Promise<T>;
  }

  /** A session of one question and one answer. */
  async add(title = 'Cart bug', key: WorkspaceKey = testKey): Promise<SessionId> {
    const id = newSessionId();
    this.manager.prepareSession(id, newSession({ key, title }));
    await this.manager.appendUserMessage(id, userMessage());
    await this.manager.append(id, [answer()], { model: testModel });
    return id;
  }

  uri(name: string): Uri {
    return vscodeDouble.Uri.file(join(this.folder, name)) as unknown as Uri;
  }

  async write(name: string, text: string): Promise<Uri> {
    await writeFile(join(this.folder, name), text);
    return this.uri(name);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async titles(state: 'active' | 'deleted' | 'archived' = 'active'): Promise<readonly string[]> {
    return (await this.manager.list({ states: [state], limit: 100 })).map(({ title }) => title).sort();
  }

  import(uri: unknown, options?: unknown): Promise<SessionSummary | undefined> {
    return this.call('rejoin.importSession', uri, options);
  }

  async dispose(): Promise<void> {
    this.commands.dispose();
    await Promise.all([this.store, ...this.others].map((store) => store.dispose()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
