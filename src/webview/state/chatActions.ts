import { signal, type ReadonlySignal } from '@preact/signals';
import type { ContextKey } from '../../core/session/contextItem';
import type { EventId, SessionId, TurnId } from '../../core/session/session';
import {
  protocolVersion,
  type ChatMethod,
  type EventsPage,
  type ParamsOf,
  type SessionSnapshot,
  type ViewMemory,
} from '../../protocol/chatProtocol';
import { RpcError, type RpcClient } from '../../protocol/rpcEndpoint';
import type { ChatStore } from './chatStore';

export type ToolDecision = ParamsOf<'tool/respond'>['decision'];

/** A failure that belongs to no place of its own. */
export interface ActionError {
  readonly id: number;
  readonly message: string;
}

export type OutgoingMessage = Omit<ParamsOf<'turn/start'>, 'sessionId'>;

/** All that a person can make the host do. The only caller of `RpcClient.request`. */
export interface ChatActions {
  readonly error: ReadonlySignal<ActionError | null>;
  readonly dismissError: () => void;
  readonly ready: () => Promise<SessionSnapshot>;
  readonly loadOlder: (sessionId: SessionId, before: EventId) => Promise<EventsPage>;
  /** Rejects with `RpcError` when the message could not be stored: the text is still the person's. */
  readonly send: (sessionId: SessionId, message: OutgoingMessage) => Promise<void>;
  readonly newSession: () => Promise<boolean>;
  readonly openSession: (sessionId: SessionId) => Promise<boolean>;
  readonly rename: (title?: string) => Promise<boolean>;
  readonly pickModel: () => Promise<boolean>;
  /** Asks which one where none is named. */
  readonly pickSkill: (name?: string) => Promise<boolean>;
  readonly addProvider: () => Promise<boolean>;
  readonly attachUris: (uris: readonly string[]) => void;
  readonly detach: (key: ContextKey) => void;
  readonly openContext: (key: ContextKey) => void;
  readonly undoCompaction: (eventId: EventId) => void;
  readonly stop: () => void;
  readonly regenerate: (eventId: EventId) => void;
  readonly respondToTool: (turnId: TurnId, callId: string, decision: ToolDecision) => void;
  readonly saveMemory: (sessionId: SessionId, memory: ViewMemory) => void;
  /** Takes a waiting message out; false when it was sent already, or could not be taken. */
  readonly unqueue: (clientMessageId: string) => Promise<boolean>;
  /** True when the text is on the clipboard. */
  readonly copy: (text: string) => Promise<boolean>;
  /** Copies `text`, which is that of these events, or, where the view has not all of it, what is stored. */
  readonly copyMessage: (text: string, eventIds: readonly EventId[]) => Promise<boolean>;
  /** Shows all of an event in an editor. */
  readonly openMessage: (eventId: EventId) => void;
  readonly insertCode: (code: string) => void;
  readonly openCode: (code: string, language: string) => void;
  readonly openLink: (href: string) => void;
  /** Requests without params that need nothing but a click. */
  readonly run: (method: SimpleMethod) => Promise<boolean>;
  /** Requests that need nothing but the session shown. */
  readonly runInSession: (method: SessionMethod) => Promise<boolean>;
}

export type SimpleMethod = {
  [M in ChatMethod]: Record<string, never> extends ParamsOf<M> ? M : never;
}[ChatMethod];

export type SessionMethod = {
  [M in ChatMethod]: ParamsOf<M> extends { readonly sessionId: SessionId }
    ? { readonly sessionId: SessionId } extends ParamsOf<M>
      ? M
      : never
    : never;
}[ChatMethod];

export function createChatActions(client: RpcClient, store: ChatStore): ChatActions {
  const error = signal<ActionError | null>(null);
  let errorCount = 0;

  const report = (reason: unknown): void => {
    if (reason instanceof RpcError && reason.code === 'cancelled') {
      return;
    }
    errorCount += 1;
    error.value = { id: errorCount, message: reason instanceof Error ? reason.message : String(reason) };
  };

  const succeeded = async <M extends ChatMethod>(method: M, params: ParamsOf<M>): Promise<boolean> => {
    try {
      await client.request(method, params);
      error.value = null;
      return true;
    } catch (reason) {
      report(reason);
      return false;
    }
  };

  const inSession = <T>(act: (sessionId: SessionId) => T, otherwise: T): T => {
    const sessionId = store.sessionId.peek();
    return sessionId === null ? otherwise : act(sessionId);
  };

  return {
    error,
    dismissError: () => {
      error.value = null;
    },
    ready: () => client.request('session/ready', { protocolVersion }),
    loadOlder: (sessionId, before) => client.request('session/loadOlder', { sessionId, before }),
    send: async (sessionId, message) => {
      error.value = null;
      await client.request('turn/start', { sessionId, ...message });
    },
    newSession: () => succeeded('session/new', {}),
    openSession: (sessionId) => succeeded('session/open', { sessionId }),
    rename: (title) =>
      inSession(
        (sessionId) => succeeded('session/rename', title === undefined ? { sessionId } : { sessionId, title }),
        Promise.resolve(false),
      ),
    pickModel: () => succeeded('model/pick', {}),
    pickSkill: (name) => succeeded('skill/pick', name === undefined ? {} : { name }),
    addProvider: () => succeeded('provider/add', {}),
    attachUris: (uris) =>
      inSession((sessionId) => void succeeded('context/attachUris', { sessionId, uris }), undefined),
    detach: ({ type, key }) =>
      inSession((sessionId) => void succeeded('context/remove', { sessionId, type, key }), undefined),
    openContext: ({ type, key }) =>
      inSession((sessionId) => void succeeded('context/open', { sessionId, type, key }), undefined),
    undoCompaction: (eventId) =>
      inSession((sessionId) => void succeeded('compaction/undo', { sessionId, eventId }), undefined),
    stop: () => {
      const turn = store.turn.peek();
      if (turn !== null) {
        void succeeded('turn/cancel', { turnId: turn.turnId });
      }
    },
    regenerate: (eventId) =>
      inSession((sessionId) => void succeeded('turn/regenerate', { sessionId, eventId }), undefined),
    respondToTool: (turnId, callId, decision) => void succeeded('tool/respond', { turnId, callId, decision }),
    saveMemory: (sessionId, memory) => {
      // Saved again with the next key or scroll, so a failure is nothing to tell a person who is typing.
      client.request('memory/save', { sessionId, memory }).catch(() => undefined);
    },
    unqueue: (clientMessageId) =>
      inSession(async (sessionId) => {
        try {
          return await client.request('queue/remove', { sessionId, clientMessageId });
        } catch (reason) {
          report(reason);
          return false;
        }
      }, Promise.resolve(false)),
    copy: (text) => succeeded('clipboard/write', { text }),
    copyMessage: (text, eventIds) => {
      const isCut = store.events.peek().some(({ id, cut }) => cut !== undefined && eventIds.includes(id));
      const asStored = (sessionId: SessionId) => succeeded('message/copy', { sessionId, eventIds });
      return isCut ? inSession(asStored, Promise.resolve(false)) : succeeded('clipboard/write', { text });
    },
    openMessage: (eventId) =>
      inSession((sessionId) => void succeeded('message/open', { sessionId, eventId }), undefined),
    insertCode: (code) => void succeeded('code/insert', { code }),
    openCode: (code, language) => void succeeded('code/open', { code, language }),
    openLink: (href) => void succeeded('link/open', { href }),
    run: (method) => succeeded(method, {}),
    runInSession: (method) => inSession((sessionId) => succeeded(method, { sessionId }), Promise.resolve(false)),
  };
}
