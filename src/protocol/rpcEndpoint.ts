import type { Disposable } from '../core/base/disposable';
import type {
  ChatMethod,
  ChatNotification,
  ChatNotifications,
  ParamsOf,
  ResultOf,
  ViewToHostMessage,
  WireError,
} from './chatProtocol';

/** One ordered channel to the other side. Posting never waits and never fails. */
export interface RpcTransport {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): Disposable;
}

/** A request that the other side refused, or that ended because the connection did (`cancelled`). */
export class RpcError extends Error {
  readonly code: string;

  constructor(error: WireError) {
    super(error.message);
    this.name = 'RpcError';
    this.code = error.code;
  }
}

export type RequestHandlers = {
  readonly [M in ChatMethod]: (params: ParamsOf<M>, signal: AbortSignal) => Promise<ResultOf<M>>;
};

/** What became of a raw message: one to act on, a request to refuse, or nothing that can be answered. */
export type GuardResult =
  | { readonly kind: 'valid'; readonly message: ViewToHostMessage }
  | { readonly kind: 'invalid-request'; readonly id: number }
  | { readonly kind: 'dropped' };

/** The view's half: sends requests and hears notifications. */
export interface RpcClient extends Disposable {
  /** Rejects with `RpcError`: the host's error, or code `cancelled` when aborted or disposed. */
  request<M extends ChatMethod>(method: M, params: ParamsOf<M>, signal?: AbortSignal): Promise<ResultOf<M>>;
}

/** The host's half: answers requests and sends notifications. */
export interface RpcServer extends Disposable {
  notify<N extends ChatNotification>(method: N, params: ChatNotifications[N]): void;
}

export interface RpcClientOptions {
  /** Called in the order of arrival, with params as they came: the sender is the trusted side. */
  readonly onNotification: (method: ChatNotification, params: unknown) => void;
}

export interface RpcServerOptions {
  readonly handlers: RequestHandlers;
  /** Decides over every message before anything else sees it. */
  readonly guard: (message: unknown) => GuardResult;
  /** Turns whatever a handler threw into words for the person. */
  readonly toWireError: (error: unknown, method: ChatMethod) => WireError;
  /** Answer to a request with an unknown method or bad params. */
  readonly invalidRequest: WireError;
}

interface PendingRequest {
  readonly resolve: (result: never) => void;
  readonly reject: (error: RpcError) => void;
  readonly stopListening: () => void;
}

const cancelledError: WireError = { code: 'cancelled', message: 'Cancelled' };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function toWireError(value: unknown): WireError {
  return isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string'
    ? { code: value['code'], message: value['message'] }
    : { code: 'internal', message: 'Internal error' };
}

/** Connects the view's half. Disposing rejects every pending request with `cancelled`. */
export function createRpcClient(transport: RpcTransport, options: RpcClientOptions): RpcClient {
  const pending = new Map<number, PendingRequest>();
  let lastId = 0;
  let disposed = false;

  const settle = (id: number, act: (request: PendingRequest) => void): void => {
    const request = pending.get(id);
    if (request === undefined) {
      return;
    }
    pending.delete(id);
    request.stopListening();
    act(request);
  };

  const subscription = transport.onMessage((message) => {
    if (disposed || !isRecord(message)) {
      return;
    }
    if (message['kind'] === 'notification' && typeof message['method'] === 'string') {
      options.onNotification(message['method'] as ChatNotification, message['params']);
    } else if (message['kind'] === 'result' && typeof message['id'] === 'number') {
      settle(message['id'], (request) => request.resolve(message['result'] as never));
    } else if (message['kind'] === 'error' && typeof message['id'] === 'number') {
      settle(message['id'], (request) => request.reject(new RpcError(toWireError(message['error']))));
    }
  });

  return {
    request: (method, params, signal) =>
      new Promise((resolve, reject) => {
        if (disposed || signal?.aborted === true) {
          reject(new RpcError(cancelledError));
          return;
        }
        lastId += 1;
        const id = lastId;
        const onAbort = (): void => {
          transport.post({ kind: 'cancel', id } satisfies ViewToHostMessage);
          settle(id, (request) => request.reject(new RpcError(cancelledError)));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        pending.set(id, {
          resolve,
          reject,
          stopListening: () => signal?.removeEventListener('abort', onAbort),
        });
        transport.post({ kind: 'request', id, method, params } satisfies ViewToHostMessage);
      }),
    dispose: () => {
      disposed = true;
      subscription.dispose();
      for (const id of [...pending.keys()]) {
        settle(id, (request) => request.reject(new RpcError(cancelledError)));
      }
    },
  };
}

/** Connects the host's half. Disposing aborts what runs; nothing is posted afterwards. */
export function createRpcServer(transport: RpcTransport, options: RpcServerOptions): RpcServer {
  const running = new Map<number, AbortController>();
  let disposed = false;

  const post = (message: unknown): void => {
    if (!disposed) {
      transport.post(message);
    }
  };

  const answer = async (id: number, method: ChatMethod, params: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      // The guard has checked that these params belong to this method.
      const handle = options.handlers[method] as (params: unknown, signal: AbortSignal) => Promise<unknown>;
      const result = await handle(params, controller.signal);
      post({ kind: 'result', id, result });
    } catch (error) {
      post({ kind: 'error', id, error: options.toWireError(error, method) });
    } finally {
      running.delete(id);
    }
  };

  const subscription = transport.onMessage((raw) => {
    if (disposed) {
      return;
    }
    const checked = options.guard(raw);
    if (checked.kind === 'invalid-request') {
      post({ kind: 'error', id: checked.id, error: options.invalidRequest });
    } else if (checked.kind === 'valid') {
      const { message } = checked;
      if (message.kind === 'cancel') {
        running.get(message.id)?.abort();
      } else if (running.has(message.id)) {
        post({ kind: 'error', id: message.id, error: options.invalidRequest });
      } else {
        void answer(message.id, message.method, message.params);
      }
    }
  });

  return {
    notify: (method, params) => post({ kind: 'notification', method, params }),
    dispose: () => {
      disposed = true;
      subscription.dispose();
      for (const controller of running.values()) {
        controller.abort();
      }
      running.clear();
    },
  };
}
