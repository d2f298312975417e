import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../core/base/disposable';
import type { ModelRef, SessionId } from '../core/session/session';
import type { SessionManager } from '../core/session/sessionManager';
import { createApi, type RejoinApi } from './api';
import { createChatCommands } from './chat/chatCommands';
import { ChatController } from './chat/chatController';
import { createChatRequestHandlers } from './chat/chatRequestHandlers';
import { ChatViewProvider, chatViewId } from './chat/chatViewProvider';
import { createCompactionCommands } from './chat/compactionCommands';
import { modelOf, skillOf } from './chat/conversation';
import { followWindow } from './chat/followWindow';
import { createMessageParts } from './context/messageParts';
import { createNewSessionCommand } from './chat/newSessionCommand';
import { createTurns } from './chat/createTurns';
import { ViewMemoryStore } from './chat/viewMemoryStore';
import { CheckpointCommands } from './checkpoints/checkpointCommands';
import { createCheckpointLanguageClient } from './checkpoints/checkpointLanguageClient';
import { problemTexts } from './checkpoints/problemTexts';
import { AttachedAddresses } from './context/attachedAddresses';
import { Attachments } from './context/attachments';
import { createContextCommands } from './context/contextCommands';
import { registerCommands } from './contributions/commands';
import { readSetting } from './contributions/configuration';
import { collectDiagnostics } from './diagnostics';
import { createModels } from './models/createModels';
import { VscodeLmToolHost } from './models/vscodeLmToolHost';
import { createStore } from './platform/createStore';
import { CheckpointThread } from '../node/checkpoints/checkpointThread';
import { createLogger } from './platform/outputLogger';
import { systemClock as clock, systemTimers as timers, uuidGenerator as ids } from './platform/systemPorts';
import { currentWorkspaceKeys as workspaceKeys, keyOfFolder } from './platform/workspaceKeys';
import { createSessionCommands } from './sessions/sessionCommands';
import { pickSession, type PickOptions } from './sessions/sessionPicker';
import { SessionsTree } from './sessions/sessionsTree';
import { SkillCatalog } from './skills/skillCatalog';
import { createSkillCommands } from './skills/skillCommands';
import { SkillRequests } from './skills/skillRequests';
import { DailyUpkeep } from './storage/dailyUpkeep';
import { createLimitReader } from './storage/limitSettings';
import { SessionLimits } from './storage/sessionLimits';
import { createStorageCommands } from './storage/storageCommands';

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

  const { store, storeFolder, migrationsFolder } = createStore(disposables, {
    context,
    isVisible: () => controller.isVisible || tree.isVisible,
    clock,
    timers,
    ids,
    logger: createLogger(channel, 'store'),
  });
  disposables.add(
    new DailyUpkeep({
      openFile: async () => (store.state.kind === 'ok' ? (await store.openManager())?.file : undefined),
      onDidOpenStore: store.onDidChangeState,
      memento: context.globalState,
      timers,
      logger: createLogger(channel, 'upkeep'),
    }),
  );

  const models = disposables.add(createModels(context, createLogger(channel, 'models')));
  const tools = new VscodeLmToolHost({
    memento: context.globalState,
    isEnabled: () => readSetting('tools.enabled'),
    logger: createLogger(channel, 'tools'),
  });
  const homeFolder = vscode.Uri.file(os.homedir());
  const catalog = disposables.add(new SkillCatalog({ homeFolder, logger: createLogger(channel, 'skills') }));
  const skills = new SkillRequests({
    catalog,
    instructionsFile: () => readSetting('instructions.file'),
    logger: createLogger(channel, 'instructions'),
  });
  const turns = disposables.add(
    createTurns({
      store,
      models: { resolve: (ref, signal, id) => models.registry.resolve(ref ?? controller.chosenModelOf(id), signal) },
      tools,
      skills,
      memento: context.globalState,
      clock,
      timers,
      ids,
      logger: createLogger(channel, 'turns'),
    }),
  );
  const attachments: Attachments = new Attachments({
    context: { list: () => controller.context.list(), put: (items) => controller.context.put(items) },
    addresses: new AttachedAddresses(context.workspaceState),
    clock,
    logger: createLogger(channel, 'context'),
  });

  const controller: ChatController = disposables.add(
    new ChatController({
      store,
      turns: turns.runner,
      models: models.chatModels,
      skills: catalog,
      attachments,
      compaction: turns.compactor,
      messages: createMessageParts({ store, attachments, skills }),
      memory: new ViewMemoryStore(context.workspaceState),
      workspaceKeys,
      revealView: async (preserveFocus) => {
        await vscode.commands.executeCommand(`${chatViewId}.focus`, { preserveFocus });
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
      createChatRequestHandlers({
        store,
        turns: turns.runner,
        controller,
        compaction: turns.compactor,
        attachments,
      }),
      createLogger(channel, 'chat'),
    ),
  );
  disposables.add(vscode.window.registerWebviewViewProvider(chatViewId, chatView));
  followWindow(disposables, { store, turns: turns.runner, controller });

  const currentSessionId = (): SessionId | null => controller.currentSession?.id ?? null;
  const sessions = (): Promise<SessionManager> => store.manager();
  const showSession = async (id: SessionId): Promise<void> => {
    await controller.showSession(id);
  };
  const tree: SessionsTree = disposables.add(
    new SessionsTree({
      sessions,
      workspaceKeys,
      currentSessionId,
      clock,
      onDidChangeCurrentSession: controller.onDidChangeCurrent,
      onDidChangeWorkspaceKeys: vscode.workspace.onDidChangeWorkspaceFolders,
      onDidChangeStore: store.onDidChangeState,
      retryStore: () => store.retry(),
      logger: createLogger(channel, 'tree'),
    }),
  );
  disposables.add(
    new SessionLimits({
      openSessions: async () => (store.state.kind === 'ok' ? store.openManager() : undefined),
      onDidOpenStore: store.onDidChangeState,
      onDidAppendEvents: store.onDidAppendEvents,
      workspaceKeys,
      currentSessionId,
      settings: createLimitReader(createLogger(channel, 'limits')),
      clock,
      timers,
      logger: createLogger(channel, 'limits'),
    }),
  );

  const providerLabel = (id: string): string => models.chatModels.providerLabel(id);
  const describeModel = (ref: ModelRef): Promise<string> => models.registry.describe(ref);
  const shared = { sessions, workspaceKeys, currentSessionId, showSession, clock, ids, logger };
  const picking = {
    ...shared,
    pickSession: (options: PickOptions) => pickSession({ ...shared, providerLabel }, options),
  };
  const checkpoints = disposables.add(
    new CheckpointCommands({
      ...picking,
      reader: new CheckpointThread({ file: path.join(context.extensionPath, 'dist', 'checkpoints.js') }),
      keyOfFolder: (folder) => keyOfFolder(vscode.Uri.file(folder)),
    }),
  );
  const languageClient = disposables.add(
    createCheckpointLanguageClient({
      extensionPath: context.extensionPath,
      logger: createLogger(channel, 'language server'),
      problemTexts,
    }),
  );
  disposables.add(
    registerCommands(
      {
        ...createSessionCommands({
          ...picking,
          createSession: async (title) => {
            await controller.newSession();
            return controller.choices.configure({ title });
          },
          newSession: () => controller.newSession(),
          sessionsOfKeyPress: () => tree.sessionsOfKeyPress(),
        }),
        ...createNewSessionCommand({
          controller,
          form: {
            models: models.knownModels,
            defaultModel: async () => (await models.chatModels.status(null)).ref,
            skills: catalog,
            defaultSkill: () => readSetting('skill') || null,
            memento: context.globalState,
          },
          options: { models: models.knownModels, describeModel, skills: catalog },
          logger,
        }),
        ...checkpoints.handlers(),
        ...createStorageCommands({
          ...shared,
          storeFolder,
          migrationsFolder,
          replaceFile: (task) => store.replaceFile(task),
          storeProblem: () => ('error' in store.state ? store.state.error : undefined),
        }),
        ...createCompactionCommands({ compactor: turns.compactor, currentSessionId }),
        ...createContextCommands({ attachments, focusChat: () => controller.focus() }),
        ...createSkillCommands({
          catalog,
          homeFolder,
          currentSkill: async () => skillOf(await controller.conversation()),
          setSkill: (name) => controller.choices.setSkill(name),
          describeModel,
          setModel: (ref) => controller.choices.setModel(ref),
          logger,
        }),
        ...models.createCommands({
          clock,
          currentModel: async () => (await models.chatModels.status(modelOf(await controller.conversation()))).ref,
          setModel: (ref) => controller.choices.setModel(ref),
          usageOf: async (accountKey) => (await store.openManager())?.getUsage(accountKey),
        }),
        ...createChatCommands({
          controller,
          ids,
          diagnostics: () =>
            collectDiagnostics({
              store,
              extensionVersion: (context.extension.packageJSON as { readonly version: string }).version,
              providerIds: models.providerIds,
            }),
        }),
        'rejoin.restartLanguageServer': () => languageClient.restart(),
      },
      logger,
    ),
  );

  return {
    api: createApi({ store, workspaceKeys, showSession: (id) => controller.showSession(id) }),
    close: async () => {
      await turns.runner.stopAll();
      await store.close();
    },
    dispose: () => disposables.dispose(),
  };
}
