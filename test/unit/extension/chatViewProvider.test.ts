import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { Emitter } from '../../../src/core/base/event';
import { silentLogger } from '../../../src/core/base/ports';
import { createChatRequestHandlers } from '../../../src/extension/chat/chatRequestHandlers';
import { ChatViewProvider } from '../../../src/extension/chat/chatViewProvider';
import { protocolVersion, type SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { createRpcClient, type RpcClient } from '../../../src/protocol/rpcEndpoint';
import { stubInputs, vscodeStub } from '../../support/vscodeStub';
import { provider } from '../core/turn/turnDoubles';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

/** VS Code's side of a view, with the page that runs in it. */
class Page {
  readonly fromView = new Emitter<unknown>();
  readonly toView = new Emitter<unknown>();
  readonly visibility = new Emitter<void>();
  readonly disposed = new Emitter<void>();
  visible = true;
  readonly client: RpcClient = createRpcClient(
    {
      // What crosses the border is a copy.
      post: (message) => this.fromView.fire(structuredClone(message)),
      onMessage: (listener) => this.toView.event((message) => listener(structuredClone(message))),
    },
    { onNotification: () => undefined },
  );
  readonly webviewView = {
    webview: {
      options: {},
      html: '',
      cspSource: 'csp:',
      asWebviewUri: (uri: { readonly path: string }) => uri.path,
      postMessage: (message: unknown) => Promise.resolve(this.toView.fire(message)),
      onDidReceiveMessage: this.fromView.event,
    },
    onDidChangeVisibility: this.visibility.event,
    onDidDispose: this.disposed.event,
  };

  constructor() {
    Object.defineProperty(this.webviewView, 'visible', { get: () => this.visible });
  }

  get listenerCount(): number {
    return this.fromView.listenerCount + this.visibility.listenerCount;
  }
  ready(): Promise<SessionSnapshot> {
    return this.client.request('session/ready', { protocolVersion });
  }
  hide(): void {
    this.visible = false;
    this.visibility.fire();
  }
  show(): void {
    this.visible = true;
    this.visibility.fire();
  }
}

let chat: ChatFixture;
let views: ChatViewProvider;

beforeEach(async () => {
  chat = await ChatFixture.open(
    provider(async function* () {
      yield { type: 'text', text: 'Let me see' };
      await new Promise(() => undefined);
    }),
  );
  const { host: store, turns, controller, compactor: compaction } = chat;
  const attachments = { attachUris: () => Promise.resolve(), open: () => Promise.resolve() };
  const handlers = createChatRequestHandlers({ store, turns, controller, compaction, attachments });
  views = new ChatViewProvider({ path: '/ext' } as vscode.Uri, controller, handlers, silentLogger);
});
afterEach(async () => {
  views.dispose();
  await chat.dispose();
});

function resolve(page = new Page()): Page {
  views.resolveWebviewView(page.webviewView as unknown as vscode.WebviewView);
  return page;
}

describe('the view of the chat', () => {
  it('shows the notice of a resume until it was hidden or moved', async () => {
    await chat.addSession('First');
    const page = resolve();
    expect((await page.ready()).notice).not.toBeNull();
    expect((await page.ready()).notice, 'after a notification that was lost').not.toBeNull();
    page.hide();
    page.show();
    expect((await page.ready()).notice).toBeNull();
  });

  it('leaves no listener behind however often it is moved', async () => {
    const counts = (): readonly number[] => [
      (chat.controller as unknown as { shown: { changed: Emitter<void> } }).shown.changed.listenerCount,
      chat.modelsChanged.listenerCount,
    ];
    const before = counts();
    const pages = Array.from({ length: 50 }, () => resolve());
    await pages.at(-1)?.ready();
    expect(pages.slice(0, -1).map((page) => page.listenerCount)).toEqual(Array(49).fill(0));
    pages.at(-1)?.disposed.fire();
    expect(pages.at(-1)?.listenerCount).toBe(0);
    expect(counts()).toEqual(before);
  });

  it('renames a conversation that has no row yet, with the title given or asked for', async () => {
    const page = resolve();
    const { sessionId } = await page.ready();
    stubInputs.push('Asked for');
    await page.client.request('session/rename', { sessionId });
    await page.client.request('turn/start', { sessionId, text: 'Hello', clientMessageId: 'm1' });
    await expect.poll(async () => (await (await chat.manager()).get(sessionId)).title).toBe('Asked for');
    await page.client.request('session/rename', { sessionId, title: 'Given' });
    expect((await (await chat.manager()).get(sessionId)).title).toBe('Given');
    await page.client.request('session/rename', { sessionId });
    expect((await (await chat.manager()).get(sessionId)).title, 'the person cancelled').toBe('Given');
  });

  it('takes the keyboard back after a choice that it asked for, and leaves it where it is after none', async () => {
    const page = resolve();
    await page.ready();
    const focused: unknown[] = [];
    page.toView.event((message) => {
      if ((message as { readonly method?: string }).method === 'composer/focus') {
        focused.push(message);
      }
    });
    let chosen: unknown = { provider: 'demo', model: 'demo-1' };
    const command = vscodeStub.commands.registerCommand('rejoin.selectModel', () => chosen);
    await page.client.request('model/pick', {});
    await expect.poll(() => focused.length).toBe(1);
    chosen = undefined;
    await page.client.request('model/pick', {});
    command.dispose();
    // What the view is told comes in order, so that a word of the focus would be there by now.
    await page.ready();
    expect(focused).toHaveLength(1);
  });

  it('stores a message once that is sent twice, and refuses what it does not understand', async () => {
    const page = resolve();
    const { sessionId } = await page.ready();
    const message = { sessionId, text: 'Hello', clientMessageId: 'm1' };
    const [first, second] = await Promise.all([
      page.client.request('turn/start', message),
      page.client.request('turn/start', message),
    ]);
    expect(second).toEqual(first);
    expect((await (await chat.manager()).get(sessionId)).messageCount).toBe(1);
    await expect(page.client.request('turn/start', { ...message, text: 7 } as never)).rejects.toMatchObject({
      code: 'argument/invalid',
    });
    await expect(page.client.request('session/ready', { protocolVersion: 0 })).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
