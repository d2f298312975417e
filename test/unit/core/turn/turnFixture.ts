import { v7 as uuid } from 'uuid';
import { silentLogger, type Timers } from '../../../../src/core/base/ports';
import { toInvocationId, type SessionId, type TurnId } from '../../../../src/core/session/session';
import type { EventBody, StoredBody, StoredEvent } from '../../../../src/core/session/sessionEvent';
import { SessionManager } from '../../../../src/core/session/sessionManager';
import { defaultCompactionSettings, type CompactionSettings } from '../../../../src/core/turn/compactionSettings';
import type { ModelInfo, ModelProvider, ModelResolver, ToolDefinition } from '../../../../src/core/turn/modelProvider';
import type { HistoryLimits, RequestContext } from '../../../../src/core/turn/requestContext';
import { TokenCalibration } from '../../../../src/core/turn/tokenCalibration';
import type { ToolGrant, ToolHost, ToolOutcome } from '../../../../src/core/turn/toolHost';
import type { TurnLimits } from '../../../../src/core/turn/turnLimits';
import type { TurnLog } from '../../../../src/core/turn/turnLog';
import { Compactor } from '../../../../src/core/turn/compactor';
import type { CompactionProgress } from '../../../../src/core/turn/compactionView';
import { TurnRunner } from '../../../../src/core/turn/turnRunner';
import type { TurnRunnerDeps } from '../../../../src/core/turn/turnRunnerDeps';
import type { TurnView } from '../../../../src/core/turn/turnView';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { newSession, newSessionId, realIds } from '../../../support/builders';
import { FakeModelServer } from '../../../support/fakeModelServer';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

const realTimers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Short where a test waits for it, long where a busy machine must not run into it. */
export const shortLimits: Partial<TurnLimits> = {
  firstByteMs: 5000,
  idleMs: 5000,
  backoffBaseMs: 20,
  backoffCapMs: 40,
  storeRetryMs: 20,
};

class FakeTools implements ToolHost {
  readonly invoked: { readonly name: string; readonly input: unknown }[] = [];
  readonly granted = new Set<string>();
  definitions: readonly ToolDefinition[] = [];
  outcome: (signal: AbortSignal) => Promise<ToolOutcome> = () => Promise.resolve({ content: '12:00', isError: false });

  list(): readonly ToolDefinition[] {
    return this.definitions;
  }
  isGranted(_sessionId: SessionId, name: string): boolean {
    return this.granted.has(name);
  }
  grant(_sessionId: SessionId, name: string, grant: ToolGrant): Promise<void> {
    if (grant !== 'once') {
      this.granted.add(name);
    }
    return Promise.resolve();
  }
  invoke(name: string, input: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    this.invoked.push({ name, input });
    return this.outcome(signal);
  }
}

export const clockTool: ToolDefinition = {
  name: 'clock',
  description: 'Tells the time',
  inputSchema: { type: 'object', properties: {} },
};

/** Turns on a real store in a file, against a real HTTP server, through the real provider packages. */
export class TurnFixture {
  readonly sessionId = newSessionId();
  readonly tools = new FakeTools();
  readonly views: (TurnView | null)[] = [];
  readonly streamed: string[] = [];
  readonly calibration = new TokenCalibration();
  /** What was told of compactions, in order. */
  readonly progress: (CompactionProgress | null)[] = [];
  systemText = 'You are helpful.';
  settings: CompactionSettings = defaultCompactionSettings;
  limits: HistoryLimits = { maxMessages: 0, maxTokens: 0 };
  info: ModelInfo = { id: 'fake-model', label: 'Fake', supportsTools: true };
  allowedTools: (invocationName: string | null) => Promise<readonly string[] | null> = () => Promise.resolve(null);
  private life = { killed: false };
  manager: SessionManager;
  runner: TurnRunner;
  private newestCompactor: Compactor | undefined;
  resolver: ModelResolver;

  private constructor(
    readonly store: TempStore,
    readonly server: FakeModelServer,
    private readonly overrides: Partial<TurnRunnerDeps>,
  ) {
    this.resolver = this.resolverOf(
      createAiSdkProvider({
        id: 'fake',
        label: 'Fake',
        kind: 'openai-compatible',
        baseUrl: server.baseUrl,
        apiKey: 'sk-test-key-1234',
      }),
    );
    this.manager = this.createManager();
    this.runner = this.createRunner();
  }

  static async open(overrides: Partial<TurnRunnerDeps> = {}): Promise<TurnFixture> {
    const [store, server] = await Promise.all([openTempStore(), FakeModelServer.start()]);
    return new TurnFixture(store, server, overrides);
  }

  /** Summarises for the runner that was made last. */
  get compactor(): Compactor {
    if (this.newestCompactor === undefined) {
      throw new Error('There is no runner yet');
    }
    return this.newestCompactor;
  }

  /** Puts another provider in the place of the HTTP one. */
  use(provider: ModelProvider): void {
    this.resolver = this.resolverOf(provider);
  }

  /** What a killed process does: nothing more reaches the disk. `reload` is the next start. */
  kill(): void {
    this.life.killed = true;
  }

  /** What a reload of the window does: another manager and runner on the same file. */
  async reload(): Promise<void> {
    await this.store.reopen();
    this.life = { killed: false };
    this.manager = this.createManager();
    this.runner = this.createRunner();
  }

  async send(text = 'What time is it?'): Promise<TurnId> {
    return (await this.runner.start({ sessionId: this.sessionId, text, clientMessageId: uuid() })).turnId;
  }

  /** Resolves when no turn runs. */
  async idle(): Promise<void> {
    while (this.runner.viewOf(this.sessionId) !== null) {
      await this.nextChange();
    }
  }

  /** Resolves when the view of the turn fits. */
  async until(fits: (view: TurnView) => boolean): Promise<TurnView> {
    for (;;) {
      const view = this.runner.viewOf(this.sessionId);
      if (view !== null && fits(view)) {
        return view;
      }
      await this.nextChange();
    }
  }

  async ask(text?: string): Promise<readonly StoredBody[]> {
    await this.send(text);
    await this.idle();
    return this.bodies();
  }

  events(): Promise<readonly StoredEvent[]> {
    return this.manager.loadBranch(this.sessionId);
  }

  async bodies(): Promise<readonly StoredBody[]> {
    return (await this.events()).map((event) => event.body);
  }

  async lastText(): Promise<Extract<EventBody, { type: 'text' }>> {
    const body = (await this.bodies()).at(-1);
    if (body?.type !== 'text') {
      throw new Error(`The branch ends with ${body?.type ?? 'nothing'}`);
    }
    return body;
  }

  async lastCompaction(): Promise<Extract<EventBody, { type: 'compaction' }>> {
    const body = (await this.bodies()).findLast(({ type }) => type === 'compaction');
    if (body?.type !== 'compaction') {
      throw new Error('There is no summary');
    }
    return body;
  }

  /** Another window's compactor on the same file, with the same model. */
  createCompactor(manager: SessionManager): Compactor {
    return new Compactor({ ...this.dependencies(manager), onDidChangeSessions: manager.onDidChangeSessions });
  }

  /** Messages of a request that the server has seen, from 0. */
  messagesOf(index: number): readonly { role: string; content: unknown }[] {
    const body = this.server.completions[index]?.body as
      { messages: readonly { role: string; content: unknown }[] } | undefined;
    return body?.messages ?? [];
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
    await this.runner.stopAll();
    this.compactor.dispose();
    await this.store.dispose();
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        first.dispose();
        second.dispose();
        resolve();
      };
      const first = this.runner.onDidChangeTurn(done);
      const second = this.runner.onDidStream(done);
    });
  }

  private resolverOf(provider: ModelProvider): ModelResolver {
    return {
      resolve: (ref) =>
        Promise.resolve({
          ref: ref ?? { provider: 'fake', model: 'fake-model' },
          provider,
          info: this.info,
          accountKey: 'fake@local',
        }),
    };
  }

  private createManager(): SessionManager {
    const manager = new SessionManager({
      service: this.store.service,
      invocationId: toInvocationId(uuid()),
      clock: this.store.clock,
      ids: realIds,
      logger: silentLogger,
      continueMinutes: () => 60,
    });
    manager.prepareSession(this.sessionId, newSession());
    return manager;
  }

  /** The log as it is until the process is killed. */
  private mortal(manager: SessionManager): TurnLog {
    const { life } = this;
    return new Proxy<TurnLog>(manager, {
      get: (target, name) => {
        const own = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => (life.killed ? new Promise(() => undefined) : own.apply(target, args));
      },
    });
  }

  private createRunner(): TurnRunner {
    const deps = this.dependencies(this.mortal(this.manager));
    this.newestCompactor?.dispose();
    const compactor = new Compactor({ ...deps, onDidChangeSessions: this.manager.onDidChangeSessions });
    compactor.onDidChange(({ progress }) => this.progress.push(progress));
    this.newestCompactor = compactor;
    const runner = new TurnRunner({ compaction: compactor, ...deps });
    runner.onDidChangeTurn(({ view }) => this.views.push(view));
    runner.onDidStream(({ text }) => this.streamed.push(text));
    return runner;
  }

  private dependencies(log: TurnLog): TurnRunnerDeps {
    return {
      log,
      models: { resolve: (ref, signal, id) => this.resolver.resolve(ref, signal, id) } satisfies ModelResolver,
      tools: this.tools,
      context: {
        systemText: () => Promise.resolve(this.systemText),
        historyLimits: () => this.limits,
        compactionSettings: () => this.settings,
        allowedTools: (_, invocationName) => this.allowedTools(invocationName),
      } satisfies RequestContext,
      calibration: this.calibration,
      clock: { now: () => Date.now() },
      timers: realTimers,
      ids: realIds,
      logger: silentLogger,
      limits: shortLimits,
      ...this.overrides,
    };
  }
}
