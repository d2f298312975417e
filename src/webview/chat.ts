import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { DisposableStore, toDisposable, type Disposable } from '../core/base/disposable';
import type { Timers } from '../core/base/ports';
import { joinDrafts } from '../core/session/drafts';
import type { ChatNotification } from '../protocol/chatProtocol';
import { createRpcClient, type RpcTransport } from '../protocol/rpcEndpoint';
import { ComposerController } from './composer/composerController';
import { createChatActions, type ChatActions } from './state/chatActions';
import type { ChatInput } from './state/chatReducer';
import { createChatStore, type ChatStore } from './state/chatStore';
import { FrameQueue, type FrameScheduler } from './state/frameQueue';
import { MemoryKeeper } from './state/memoryKeeper';

/** Everything behind the page: one of it for its life. */
export interface Chat extends Disposable {
  readonly store: ChatStore;
  readonly actions: ChatActions;
  readonly composer: ComposerController;
  readonly memory: MemoryKeeper;
  /** Why the host could not say what to show; it is asked again by itself. */
  readonly connectionError: ReadonlySignal<string | null>;
  /** What a screen reader is told when it has time. */
  readonly announcement: ReadonlySignal<string>;
  readonly announce: (text: string) => void;
}

export interface ChatDeps {
  readonly transport: RpcTransport;
  readonly frames: FrameScheduler;
  readonly timers: Timers;
  readonly createId: () => string;
}

/** Pause (ms) before the host is asked again for a snapshot that it could not give. */
const retryDelayMs = 1_000;

export function createChat(deps: ChatDeps): Chat {
  const disposables = new DisposableStore();
  const store = createChatStore();
  const connectionError = signal<string | null>(null);
  const announcement = signal('');

  const queue = disposables.add(new FrameQueue<ChatInput>(deps.frames, (inputs) => store.apply(inputs)));
  const client = disposables.add(
    createRpcClient(deps.transport, {
      onNotification: (method, params) => {
        const input = toInput(method, params);
        if (input !== undefined) {
          queue.push(input);
        }
        if (method === 'composer/focus') {
          composer.focus(textOf(params));
        }
      },
    }),
  );
  const actions = createChatActions(client, store);
  const memory = new MemoryKeeper(deps.timers, (sessionId, kept) => actions.saveMemory(sessionId, kept));
  const composer = new ComposerController({
    store,
    actions,
    createId: deps.createId,
    onDraft: (draft) => memory.setDraft(draft),
    saveDraft: () => memory.flush(),
  });

  let asking = false;
  const askForSnapshot = async (): Promise<void> => {
    if (asking) {
      return;
    }
    asking = true;
    try {
      const snapshot = await actions.ready();
      queue.push({ type: 'snapshot', snapshot });
      queue.flush();
      connectionError.value = null;
    } catch (error) {
      connectionError.value = error instanceof Error ? error.message : String(error);
    } finally {
      asking = false;
    }
    if (store.needsSnapshot.peek() && !disposables.isDisposed) {
      disposables.add(deps.timers.after(retryDelayMs, () => void askForSnapshot()));
    }
  };

  disposables.add(
    toDisposable(
      effect(() => {
        if (store.needsSnapshot.value) {
          void askForSnapshot();
        }
      }),
    ),
  );
  disposables.add(
    toDisposable(
      effect(() => {
        const sessionId = store.sessionId.value;
        const data = store.data.peek();
        if (sessionId === null || data === null) {
          return;
        }
        const typed = data.takesOver === memory.currentId ? memory.current.draft : '';
        if (typed === '') {
          memory.switchTo(sessionId, data.memory);
        } else {
          memory.moveTo(sessionId, { ...data.memory, draft: joinDrafts(data.memory.draft, typed) });
        }
        composer.restore(memory.current.draft);
      }),
    ),
  );

  const storeKind = computed(() => store.store.value?.kind);
  disposables.add(
    toDisposable(
      effect(() => {
        if (storeKind.value === 'ok') {
          composer.storeRecovered();
        }
      }),
    ),
  );

  return {
    store,
    actions,
    composer,
    memory,
    connectionError,
    announcement,
    announce: (text) => {
      announcement.value = text;
    },
    dispose: () => {
      memory.flush();
      disposables.dispose();
    },
  };
}

/** The host is trusted, yet a message of another version must not take the page down. */
function toInput(method: ChatNotification, params: unknown): ChatInput | undefined {
  if (typeof params !== 'object' || params === null || !('epoch' in params) || !('seq' in params)) {
    return undefined;
  }
  return method === 'session/snapshot'
    ? ({ type: 'snapshot', snapshot: params } as ChatInput)
    : ({ type: 'notification', method, params } as ChatInput);
}

function textOf(params: unknown): string | undefined {
  return typeof params === 'object' && params !== null && 'text' in params && typeof params.text === 'string'
    ? params.text
    : undefined;
}

const ChatContext = createContext<Chat | null>(null);
export const ChatProvider = ChatContext.Provider;

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (chat === null) {
    throw new Error('There is no chat around this component');
  }
  return chat;
}
