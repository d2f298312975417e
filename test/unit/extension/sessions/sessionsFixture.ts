import { silentLogger } from '../../../../src/core/base/ports';
import type { ModelRef, SessionId, WorkspaceKey } from '../../../../src/core/session/session';
import { SessionManager } from '../../../../src/core/session/sessionManager';
import { commandIds, registerCommands, type CommandHandlers } from '../../../../src/extension/contributions/commands';
import { createSessionCommands } from '../../../../src/extension/sessions/sessionCommands';
import { pickSession, type SessionPickerDeps } from '../../../../src/extension/sessions/sessionPicker';
import {
  answer,
  newSession,
  newSessionId,
  realIds,
  testInvocation,
  testKey,
  userMessage,
} from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { resetStubWindow, stubWindow, vscodeWorkspaceStub, type StubInput } from '../../../support/vscodeWorkspaceStub';

interface SessionOptions {
  readonly key?: WorkspaceKey;
  readonly model?: ModelRef;
  readonly reply?: string;
}

/** Commands and picker over a database file, and a chat that shows a session and follows what becomes of it. */
export class SessionsFixture {
  readonly manager: SessionManager;
  readonly shown: SessionId[] = [];
  readonly created: string[] = [];
  currentId: SessionId | null = null;
  fresh = 0;
  private readonly registered: { dispose(): void };
  private readonly deps: SessionPickerDeps;

  private constructor(readonly store: TempStore) {
    this.manager = new SessionManager({
      service: store.service,
      invocationId: testInvocation,
      clock: store.clock,
      ids: realIds,
      logger: silentLogger,
      continueMinutes: () => 60,
    });
    this.manager.onDidChangeSessions(({ sessions }) => {
      if (sessions.some(({ id, deletedAt }) => id === this.currentId && deletedAt !== null)) {
        this.currentId = null;
        this.fresh++;
      }
    });
    this.deps = {
      sessions: () => Promise.resolve(this.manager),
      workspaceKeys: () => Promise.resolve([testKey]),
      currentSessionId: () => this.currentId,
      providerLabel: (id) => (id === 'openai' ? 'OpenAI' : id),
      clock: store.clock,
      logger: silentLogger,
    };
    const commands = createSessionCommands({
      ...this.deps,
      showSession: (id) => Promise.resolve(void this.shown.push(id)),
      newSession: () => Promise.resolve(void this.fresh++),
      createSession: (title) => {
        this.created.push(title);
        return this.manager.create(newSessionId(), newSession({ title }));
      },
      sessionsOfKeyPress: () => Promise.resolve([]),
      pickSession: (options) => pickSession(this.deps, options),
    });
    const others = Object.fromEntries(commandIds.map((id) => [id, () => Promise.resolve(undefined)]));
    this.registered = registerCommands({ ...others, ...commands } as unknown as CommandHandlers, silentLogger);
  }

  static async create(): Promise<SessionsFixture> {
    resetStubWindow();
    return new SessionsFixture(await openTempStore());
  }

  run<T = unknown>(id: string, ...args: readonly unknown[]): Promise<T> {
    return vscodeWorkspaceStub.commands.executeCommand(id, ...args) as Promise<T>;
  }

  /** A session with a question and an answer, a second after the one before. */
  async add(title: string, { key = testKey, model, reply = 'Answer' }: SessionOptions = {}): Promise<SessionId> {
    const id = newSessionId();
    this.store.clock.advance(1000);
    this.manager.prepareSession(id, newSession({ key, title }));
    await this.manager.appendUserMessage(id, userMessage('Question'));
    await this.manager.append(id, [answer(reply)], model === undefined ? {} : { model });
    return id;
  }

  /** The list that is shown. */
  get picker(): StubInput {
    const shown = stubWindow.inputs.at(-1);
    if (shown === undefined) {
      throw new Error('No list is shown');
    }
    return shown;
  }

  async dispose(): Promise<void> {
    this.registered.dispose();
    await this.store.dispose();
  }
}
