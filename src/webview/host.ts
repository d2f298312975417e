import { toDisposable } from '../core/base/disposable';
import type { RpcTransport } from '../protocol/rpcEndpoint';

interface VsCodeApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The channel to the extension host. May be called once in the life of the page. */
export function acquireHost(): RpcTransport {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => {
      const onMessage = (event: MessageEvent<unknown>): void => listener(event.data);
      window.addEventListener('message', onMessage);
      return toDisposable(() => window.removeEventListener('message', onMessage));
    },
  };
}

/** Both ends of a channel in memory: what one posts the other hears, in order and never before `post` has returned. */
export function createHostPair(): { readonly view: RpcTransport; readonly host: RpcTransport } {
  const viewListeners = new Set<(message: unknown) => void>();
  const hostListeners = new Set<(message: unknown) => void>();
  const end = (own: Set<(message: unknown) => void>, other: Set<(message: unknown) => void>): RpcTransport => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => other.forEach((listener) => listener(copy)));
    },
    onMessage: (listener) => {
      own.add(listener);
      return toDisposable(() => own.delete(listener));
    },
  });
  return { view: end(viewListeners, hostListeners), host: end(hostListeners, viewListeners) };
}
