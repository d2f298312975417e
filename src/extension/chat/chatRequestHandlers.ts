import * as vscode from 'vscode';
import type { ContextItem } from '../../core/session/contextItem';
import type { Compactor } from '../../core/turn/compactor';
import type { TurnRunner } from '../../core/turn/turnRunner';
import type { RequestHandlers } from '../../protocol/rpcEndpoint';
import { protocolVersion } from '../../protocol/chatProtocol';
import type { StoreHost } from '../platform/storeHost';
import { askForTitle } from '../sessions/sessionPrompts';
import type { ChatController } from './chatController';
import { firstPageSize } from './chatSnapshot';
import { insertAtCursor, openAsFile } from './codeActions';
import { conversationAsMarkdown } from './conversationMarkdown';
import { openLink } from './linkOpener';
import { toViewEvents } from './viewEvents';
import { wholeEvent, wholeMessages } from './wholeMessages';

export interface ChatRequestDeps {
  readonly store: StoreHost;
  readonly turns: TurnRunner;
  readonly controller: ChatController;
  readonly compaction: Pick<Compactor, 'undo'>;
  readonly attachments: {
    /** Attaches what was dropped on the chat. */
    attachUris(uris: readonly string[]): Promise<void>;
    /** Shows an item where it comes from. */
    open(item: ContextItem): Promise<void>;
  };
}

const run = async (command: string, ...args: readonly unknown[]): Promise<void> => {
  await vscode.commands.executeCommand(command, ...args);
};

/** What the host does for the view, one entry for every request of the protocol. */
export function createChatRequestHandlers({
  store,
  turns,
  controller,
  compaction,
  attachments,
}: ChatRequestDeps): RequestHandlers {
  // What was asked from the chat goes on there, but VS Code gives the keyboard to the editor when a list closes.
  const choose = async (command: string, ...args: readonly unknown[]): Promise<void> => {
    const chosen = await vscode.commands.executeCommand<unknown>(command, ...args);
    if (chosen !== undefined) {
      await controller.focus();
    }
  };
  return {
    'session/ready': (params) => {
      if (params.protocolVersion !== protocolVersion) {
        return Promise.reject(new Error(`The view speaks version ${params.protocolVersion}`));
      }
      return controller.snapshot();
    },
    'session/loadOlder': async ({ sessionId, before }) => {
      const { events, hasOlder } = await (await store.manager()).loadPage(sessionId, firstPageSize, before);
      return { events: toViewEvents(events), hasOlder };
    },
    'session/new': async () => {
      await controller.newSession();
    },
    'session/open': async ({ sessionId }) => {
      await controller.showSession(sessionId);
    },
    'session/rename': async ({ sessionId, title }) => {
      const wanted = title ?? (await askForTitle(await controller.summaryOf(sessionId)));
      if (wanted === undefined) {
        return;
      }
      await controller.choices.rename(sessionId, wanted);
      if (title === undefined) {
        await controller.focus();
      }
    },
    'session/pick': () => run('rejoin.openSession'),
    'turn/start': ({ sessionId, ...message }) => controller.submitTyped(sessionId, message),
    'queue/remove': ({ sessionId, clientMessageId }) => controller.queue.remove(sessionId, clientMessageId),
    'queue/send': ({ sessionId }) => Promise.resolve(controller.queue.sendNow(sessionId)),
    'turn/cancel': ({ turnId }) => controller.stopTurn(turnId),
    'turn/retry': ({ sessionId }) => turns.retry(sessionId),
    'turn/continue': ({ sessionId }) => turns.continueReply(sessionId),
    'turn/regenerate': ({ sessionId, eventId }) => turns.regenerate(sessionId, eventId),
    'tool/respond': ({ turnId, callId, decision }) => Promise.resolve(turns.respondToTool(turnId, callId, decision)),
    'model/pick': () => choose('rejoin.selectModel'),
    'skill/pick': ({ name }) => choose('rejoin.selectSkill', ...(name === undefined ? [] : [name])),
    'context/attach': () => choose('rejoin.attachContext'),
    'context/attachUris': ({ uris }) => attachments.attachUris(uris),
    'context/remove': ({ type, key }) => controller.context.remove({ type, key }),
    'context/open': async ({ type, key }) => {
      const item = (await controller.context.list()).find((each) => each.type === type && each.key === key);
      if (item !== undefined) {
        await attachments.open(item);
      }
    },
    'compaction/start': () => choose('rejoin.compactSession'),
    'compaction/undo': ({ sessionId, eventId }) => compaction.undo(sessionId, eventId),
    'session/export': () => choose('rejoin.exportSession'),
    'session/import': () => run('rejoin.importSession'),
    'provider/add': () => choose('rejoin.addProvider'),
    'memory/save': ({ sessionId, memory }) => controller.saveMemory(sessionId, memory),
    'clipboard/write': async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
    },
    'session/copy': async ({ sessionId }) => {
      const manager = await store.manager();
      const [session, events] = await Promise.all([manager.get(sessionId), manager.loadBranch(sessionId)]);
      await vscode.env.clipboard.writeText(conversationAsMarkdown(session, events));
    },
    'message/open': async ({ sessionId, eventId }) => {
      const { text, language } = await wholeEvent(await store.manager(), sessionId, eventId);
      await openAsFile(text, language);
    },
    'message/copy': async ({ sessionId, eventIds }) => {
      await vscode.env.clipboard.writeText(await wholeMessages(await store.manager(), sessionId, eventIds));
    },
    'code/insert': ({ code }) => insertAtCursor(code),
    'code/open': ({ code, language }) => openAsFile(code, language),
    'link/open': ({ href }) => openLink(href),
    'store/retry': () => store.retry(),
    'store/useMemory': () => store.useMemory(),
    'store/restore': () => run('rejoin.restoreBackup'),
    'store/acceptLoss': () => store.acceptLoss(),
    'workspace/trust': () => run('workbench.trust.manage'),
    'workspace/openFolder': () => run('workbench.action.files.openFolder'),
    'sessions/show': () => run('rejoin.sessions.focus'),
    'diagnostics/copy': () => run('rejoin.copyDiagnostics'),
  };
}
