import { v7 as uuid } from 'uuid';
import { DisposableStore, type Disposable } from '../../../src/core/base/disposable';
import { Emitter } from '../../../src/core/base/event';
import { silentLogger, type Timers } from '../../../src/core/base/ports';
import { toInvocationId, type ModelRef, type SessionId } from '../../../src/core/session/session';
import { SessionManager } from '../../../src/core/session/sessionManager';
import { defaultCompactionSettings } from '../../../src/core/turn/compactionSettings';
import { Compactor } from '../../../src/core/turn/compactor';
import type { ModelProvider, ResolvedModel } from '../../../src/core/turn/modelProvider';
import { TokenCalibration } from '../../../src/core/turn/tokenCalibration';
import { TurnRunner } from '../../../src/core/turn/turnRunner';
import { ChatController } from '../../../src/extension/chat/chatController';
import type { ChatView } from '../../../src/extension/chat/chatPorts';
import { createMessageParts } from '../../../src/extension/context/messageParts';
import { createTurnLog } from '../../../src/extension/chat/turnLog';
import { followWindow } from '../../../src/extension/chat/followWindow';
import { ViewMemoryStore } from '../../../src/extension/chat/viewMemoryStore';
import { StoreHost } from '../../../src/extension/platform/storeHost';
import type { ChatNotification, ChatNotifications, SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { chatReducer, type ChatInput } from '../../../src/webview/state/chatReducer';
import { initialChatState, type ChatData, type ChatState } from '../../../src/webview/state/chatState';
import { newEvent, newSession, newSessionId, realIds, testKey, testModel } from '../../support/builders';
import { openTempStore, type TempStore } from '../../support/storeFixture';

/** The view's half: the real reducer, asking for a snapshot whenever the real view would. */
export class ReplicaView implements ChatView {
  visible = true;
  readonly methods: ChatNotification[] = [];
  private state: ChatState = initialChatState;
  private asking: Promise<void> | undefined;

  constructor(private readonly ask: () => Promise<SessionSnapshot>) {}

  get data(): ChatData {
    if (this.state.data === null) {
      throw new Error('The view has no snapshot yet');
    }
    return this.state.data;
  }

  /** What a person reads: stored messages and the reply as it streams. */
  get texts(): readonly string[] {
    const stored = this.data.events.flatMap(({ body }) =>
      body.type === 'user_message' || body.type === 'text' ? [body.content] : [],
    );
    return this.data.turn === null || this.data.turn.text === '' ? stored : [...stored, this.data.turn.text];
  }

  notify<N extends ChatNotification>(method: N, params: ChatNotifications[N]): void {
    this.methods.push(method);
    this.apply(
      method === 'session/snapshot'
        ? { type: 'snapshot', snapshot: params as SessionSnapshot }
        : ({ type: 'notification', method, params } as ChatInput),
    );
  }

  async ready(): Promise<SessionSnapshot> {
    const snapshot = await this.ask();
    this.apply({ type: 'snapshot', snapshot });
    return snapshot;
  }

  private apply(input: ChatInput): void {
    this.state = chatReducer(this.state, input);
    if (this.state.needsSnapshot && this.asking === undefined) {
      // A refusal is no end for the real view either.
      const asked = this.ready().catch(() => undefined);
      this.asking = asked.then(() => {
        this.asking = undefined;
      });
    }
  }
}

/** The host's side of the chat on a real store in a file; only VS Code and the model are stood in for. */
export class ChatFixture {
  private readonly disposables = new DisposableStore();
  /** Milliseconds of the timers that wait. */
  readonly timersWaiting = new Map<object, number>();
  readonly modelsChanged = new Emitter<void>();
  readonly controller: ChatController;
  readonly host: StoreHost;
  readonly turns: TurnRunner;
  readonly compactor: Compactor;
  readonly view: ReplicaView;
  /** Awaited before a model is found, before folders are known, and before the status of a model is told. */
  beforeModel: () => Promise<void> = () => Promise.resolve();
  beforeKeys: () => Promise<void> = () => Promise.resolve();
  beforeStatus: () => Promise<void> = () => Promise.resolve();
  openFails: Error | undefined;
  /** The store that is opened next. */
  nextStore: TempStore;
  readonly asked: (string | null)[] = [];

  private constructor(
    readonly store: TempStore,
    private readonly provider: ModelProvider,
    /** What VS Code keeps for the workspace. */
    readonly memento: Map<string, unknown>,
  ) {
    this.nextStore = store;
    const timers: Timers = { after: (ms, callback) => this.after(ms, callback) };
    const ports = { clock: store.clock, ids: realIds, logger: silentLogger };
    this.host = this.disposables.add(
      new StoreHost({
        logger: silentLogger,
        timers,
        folder: () => store.folder,
        open: () =>
          this.openFails === undefined ? Promise.resolve(this.newManager()) : Promise.reject(this.openFails),
      }),
    );
    const log = createTurnLog(this.host);
    const source = {
      ...ports,
      log,
      timers,
      calibration: new TokenCalibration(),
      models: {
        resolve: async (ref: ModelRef | null, _signal: AbortSignal, sessionId: SessionId): Promise<ResolvedModel> => {
          await this.beforeModel();
          const chosen = ref ?? this.controller.chosenModelOf(sessionId);
          this.asked.push(chosen?.model ?? null);
          const info = { id: 'demo-1', label: 'Demo', supportsTools: false };
          return { ref: chosen ?? testModel, provider: this.provider, info, accountKey: 'demo' };
        },
      },
      tools: {
        list: () => [],
        isGranted: () => false,
        grant: () => Promise.resolve(),
        invoke: () => Promise.reject(new Error('There are no tools')),
      },
      context: {
        systemText: () => Promise.resolve(''),
        historyLimits: () => ({ maxMessages: 0, maxTokens: 0 }),
        compactionSettings: () => defaultCompactionSettings,
        allowedTools: () => Promise.resolve(null),
      },
    };
    const { onDidChangeSessions } = this.host;
    this.compactor = this.disposables.add(new Compactor({ ...source, onDidChangeSessions }));
    this.turns = this.disposables.add(
      new TurnRunner({ ...source, compaction: this.compactor, limits: { storeRetryMs: 5 } }),
    );
    this.controller = this.disposables.add(
      new ChatController({
        ...ports,
        store: this.host,
        turns: this.turns,
        models: {
          onDidChangeModels: this.modelsChanged.event,
          status: async (ref) => {
            await this.beforeStatus();
            return { ref: ref ?? testModel, label: ref?.model ?? 'default', missing: null, hasAny: true };
          },
          providerLabel: (id) => id.toUpperCase(),
        },
        skills: {
          onDidChange: new Emitter<void>().event,
          status: (current) => Promise.resolve({ current, missing: false, available: [] }),
          knownStatus: (current) => ({ current, missing: false, available: [] }),
        },
        attachments: {
          chips: (items) =>
            Promise.resolve(
              items.map(({ type, key, value }) => ({ type, key, bytes: Buffer.byteLength(value), unreadable: false })),
            ),
        },
        compaction: this.compactor,
        messages: createMessageParts({
          store: this.host,
          attachments: { refresh: (items) => Promise.resolve(items) },
          skills: {
            invocation: (name, text) => Promise.resolve({ name, arguments: text, content: `Do as ${name} says.` }),
          },
        }),
        memory: new ViewMemoryStore({
          keys: () => [...this.memento.keys()],
          get: <T>(key: string, fallback?: T) => (this.memento.get(key) as T | undefined) ?? (fallback as T),
          update: (key: string, value: unknown) => {
            this.memento.set(key, value);
            return Promise.resolve();
          },
        }),
        workspaceKeys: async () => {
          await this.beforeKeys();
          return [testKey];
        },
        revealView: () => Promise.resolve(),
        timers,
      }),
    );
    followWindow(this.disposables, { store: this.host, turns: this.turns, controller: this.controller });
    this.view = new ReplicaView(() => this.controller.snapshot());
  }

  static async open(
    provider: ModelProvider,
    store?: TempStore,
    memento = new Map<string, unknown>(),
  ): Promise<ChatFixture> {
    return new ChatFixture(store ?? (await openTempStore()), provider, memento);
  }

  /** What a reload of this window leaves to the next one, without a word to this one. */
  reloaded(): Promise<ChatFixture> {
    return ChatFixture.open(this.provider, this.store, structuredClone(this.memento));
  }

  manager(): Promise<SessionManager> {
    return this.host.manager();
  }

  /** A manager of another window on the same file. */
  newManager(): SessionManager {
    return new SessionManager({
      service: this.nextStore.service,
      invocationId: toInvocationId(uuid()),
      clock: this.store.clock,
      ids: realIds,
      logger: silentLogger,
      continueMinutes: () => 60,
    });
  }

  /** A stored session with a question and an answer. */
  async addSession(question: string): Promise<SessionId> {
    const manager = await this.manager();
    const id = newSessionId();
    this.store.clock.advance(1000);
    manager.prepareSession(id, newSession());
    await manager.appendUserMessage(id, newEvent({ type: 'user_message', content: question }));
    await manager.append(id, [newEvent({ type: 'text', content: `Answer to ${question}`, finish: 'completed' })]);
    return id;
  }

  async show(): Promise<SessionSnapshot> {
    this.controller.attach(this.view);
    return this.view.ready();
  }

  send(text: string, id = this.controller.currentId): Promise<unknown> {
    if (id === undefined) {
      throw new Error('Nothing is shown');
    }
    return this.controller.startTurn(id, text, uuid());
  }

  private after(ms: number, callback: () => void): Disposable {
    const entry = {};
    const timer = setTimeout(() => {
      this.timersWaiting.delete(entry);
      callback();
    }, ms);
    this.timersWaiting.set(entry, ms);
    return {
      dispose: () => {
        clearTimeout(timer);
        this.timersWaiting.delete(entry);
      },
    };
  }

  async dispose(): Promise<void> {
    await this.turns.stopAll();
    this.disposables.dispose();
    await this.store.dispose();
  }
}
