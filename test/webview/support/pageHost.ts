import type { Page } from 'playwright-core';
import type { ChatMethod, ChatNotification, ParamsOf, SessionSnapshot } from '../../../src/protocol/chatProtocol';

interface ScriptedHost {
  snapshot: SessionSnapshot;
  epoch: number;
  readonly answers: Record<string, unknown>;
  readonly violations: string[];
  readonly longTasks: { readonly start: number; readonly ms: number }[];
  notify(method: string, params: unknown): void;
  send(message: unknown): void;
  requestsOf(method: string): unknown[];
}

declare global {
  interface Window {
    host: ScriptedHost;
  }
}

export async function notify(page: Page, method: ChatNotification, params: object): Promise<void> {
  await page.evaluate(([name, value]) => window.host.notify(name, value), [method, params] as const);
}

/** Every request of a method so far, in order. */
export async function requestsOf<M extends ChatMethod>(page: Page, method: M): Promise<readonly ParamsOf<M>[]> {
  return (await page.evaluate((name) => window.host.requestsOf(name), method)) as readonly ParamsOf<M>[];
}

/** Waits until the view has asked for something. */
export async function waitForRequest<M extends ChatMethod>(page: Page, method: M): Promise<ParamsOf<M>> {
  await page.waitForFunction((name) => window.host.requestsOf(name).length > 0, method);
  const requests = await requestsOf(page, method);
  const last = requests.at(-1);
  if (last === undefined) {
    throw new Error(`The view did not ask for ${method}`);
  }
  return last;
}

export async function refuse(page: Page, method: ChatMethod, message: string): Promise<void> {
  await page.evaluate(
    ([name, words]) => {
      window.host.answers[name] = () => {
        throw new Error(words);
      };
    },
    [method, message] as const,
  );
}

export async function answer(page: Page, method: ChatMethod, value: unknown): Promise<void> {
  await page.evaluate(([name, result]) => void (window.host.answers[name as string] = result), [
    method,
    value,
  ] as const);
}

/** Shows another session, as the host does when one is opened. */
export async function showSnapshot(page: Page, snapshot: SessionSnapshot): Promise<void> {
  const shown: unknown = snapshot;
  await page.evaluate((value: unknown) => {
    window.host.epoch += 1;
    window.host.snapshot = value as SessionSnapshot;
    window.host.notify('session/snapshot', value);
  }, shown);
}
