import * as path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../core/base/disposable';
import { toInvocationId, type SessionId } from '../core/session/session';
import type { SessionManager } from '../core/session/sessionManager';
import { TurnRunner } from '../core/turn/turnRunner';
import { createApi, type RejoinApi } from './api';
import { createChatCommands } from './chat/chatCommands';
import { ChatController } from './chat/chatController';
import { createChatRequestHandlers } from './chat/chatRequestHandlers';
import { ChatViewProvider, chatViewId } from './chat/chatViewProvider';
import { modelOf } from './chat/conversation';
import { followWindow } from './chat/followWindow';
import { readProjectInstructions } from './chat/projectInstructions';
import { createTurnLog } from './chat/turnLog';
import { ViewMemoryStore } from './chat/viewMemoryStore';
import { registerCommands } from './contributions/commands';
import { readSetting } from './contributions/configuration';
import { collectDiagnostics } from './diagnostics';
import { createModels } from './models/createModels';
import { VscodeLmToolHost } from './models/vscodeLmToolHost';
import { refreshOnFocus } from './platform/externalChanges';
import { openStore } from './platform/openStore';
import { createLogger } from './platform/outputLogger';
import { StoreHost } from './platform/storeHost';
import { systemClock as clock, systemTimers as timers, uuidGenerator as ids } from './platform/systemPorts';
import { currentWorkspaceKeys as workspaceKeys } from './platform/workspaceKeys';
import { createSessionCommands } from './sessions/sessionCommands';
import { pickSession } from './sessions/sessionPicker';
import { SessionsTree } from './sessions/sessionsTree';

export interface Services extends vscode.Disposable {
  readonly api: RejoinApi;
  /** Stops what runs and waits for the last write. Nothing depends on its being called. */
  close(): Promise<void>;
}

/** Builds everything, in the order in which it depends on each other. Does no I/O. */
export function createServices(context: vscode.ExtensionContext): Services {
  const disposables = new DisposableStore();
  const channel = disposables.add(vscode.window.createOutputChannel('Rejoin', { log: true }));
  const logger = createLogger(channel, 'rejoin');

  const storeFolder = (): string => readSetting('storage.path') || context.globalStorageUri.fsPath;
  const store = disposables.add(
    new StoreHost({
      logger: createLogger(channel, 'store'),
      open: (where) =>
        openStore(where, {
          folder: storeFolder,
          migrationsFolder: path.join(context.extensionPath, 'migrations'),
          invocationId: toInvocationId(ids.next()),
          clock,
          ids,
          logger: createLogger(channel, 'store'),
        }),
    }),
  );
  disposables.add(refreshOnFocus(store, logger));

  const models = disposables.add(createModels(context, createLogger(channel, 'models')));
  const tools = new VscodeLmToolHost({
    memento: context.globalState,
    isEnabled: () => readSetting('tools.enabled'),
    logger: createLogger(channel, 'tools'),
  });
  const turns: TurnRunner = disposables.add(
    new TurnRunner({
      log: createTurnLog(store),
      models: { resolve: (ref, signal, id) => models.registry.resolve(ref ?? controller.chosenModelOf(id), signal) },
      tools,
      context: {
        systemText: (_, session) =>
          readProjectInstructions(session, {
            fileName: () => readSetting('instructions.file'),
            logger: createLogger(channel, 'instructions'),
          }),
        historyLimits: () => ({
          maxMessages: readSetting('history.maxMessages'),
          maxTokens: readSetting('history.maxTokens'),
        }),
      },
      clock,
      timers,
      ids,
      logger: createLogger(channel, 'turns'),
    }),
  );

  const controller = disposables.add(
    new ChatController({
      store,
      turns,
      models: models.chatModels,
      memory: new ViewMemoryStore(context.workspaceState),
      workspaceKeys,
      revealView: async () => {
        await vscode.commands.executeCommand(`${chatViewId}.focus`);
      },
      clock,
      timers,
      ids,
      logger: createLogger(channel, 'chat'),
    }),
  );
  const chatView = disposables.add(
    new ChatViewProvider(
      context.extensionUri,
      controller,
      createChatRequestHandlers({ store, turns, controller }),
      createLogger(channel, 'chat'),
    ),
  );
  disposables.add(vscode.window.registerWebviewViewProvider(chatViewId, chatView));
  followWindow(disposables, { store, turns, controller });

  const currentSessionId = (): SessionId | null => controller.currentSession?.id ?? null;
  const sessions = (): Promise<SessionManager> => store.manager();
  const tree = disposables.add(
    new SessionsTree({
      sessions,
      workspaceKeys,
      currentSessionId,
      clock,
      onDidChangeCurrentSession: controller.onDidChangeCurrent,
      onDidChangeWorkspaceKeys: vscode.workspace.onDidChangeWorkspaceFolders,
      onDidChangeStore: store.onDidChangeState,
      retryStore: async () => {
        await store.retry();
        await controller.reload();
      },
      logger: createLogger(channel, 'tree'),
    }),
  );
  const picker = { sessions, workspaceKeys, currentSessionId, clock, logger };
  disposables.add(
    registerCommands(
      {
        ...createSessionCommands({
          sessions,
          workspaceKeys,
          currentSessionId,
          showSession: async (id) => {
            await controller.showSession(id);
          },
          newSession: () => controller.newSession(),
          sessionsOfKeyPress: () => tree.sessionsOfKeyPress(),
          pickSession: (options) => pickSession(picker, options),
        }),
        ...models.createCommands({
          clock,
          currentModel: async () => (await models.chatModels.status(modelOf(await controller.conversation()))).ref,
          setModel: (ref) => controller.setModel(ref),
          usageOf: async (accountKey) => (await store.openManager())?.getUsage(accountKey),
        }),
        ...createChatCommands({
          controller,
          turns,
          ids,
          diagnostics: () =>
            collectDiagnostics({
              store,
              extensionVersion: (context.extension.packageJSON as { readonly version: string }).version,
              providerIds: models.providerIds,
            }),
        }),
      },
      logger,
    ),
  );

  return {
    api: createApi({ store, workspaceKeys, showSession: (id) => controller.showSession(id) }),
    close: async () => {
      await turns.stopAll();
      await store.close();
    },
    dispose: () => disposables.dispose(),
  };
}
