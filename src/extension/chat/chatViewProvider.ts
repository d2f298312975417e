import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { isCancellation } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import { guardViewMessage } from '../../protocol/chatProtocolGuards';
import { createRpcServer, type RequestHandlers, type RpcTransport } from '../../protocol/rpcEndpoint';
import { textOfError } from '../platform/errorTexts';
import type { ChatController } from './chatController';
import { chatHtml, chatWebviewOptions } from './chatHtml';
import type { ChatView } from './chatPorts';

export const chatViewId = 'rejoin.chat';

/** Connects VS Code's view to the controller. A view that is moved or closed takes only its own subscriptions along. */
export class ChatViewProvider implements vscode.WebviewViewProvider, Disposable {
  private current: DisposableStore | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly controller: ChatController,
    private readonly handlers: RequestHandlers,
    private readonly logger: Logger,
  ) {}

  resolveWebviewView(webviewView: vscode.WebviewView): void {
    this.current?.dispose();
    const scope = new DisposableStore();
    this.current = scope;
    const { webview } = webviewView;
    webview.options = chatWebviewOptions(this.extensionUri);

    const server = scope.add(
      createRpcServer(transportOf(webview), {
        handlers: this.handlers,
        guard: guardViewMessage,
        toWireError: (error, method) => {
          if (!isCancellation(error)) {
            this.logger.error(`${method} failed`, error);
          }
          return {
            code: error instanceof Error && 'code' in error ? String(error.code) : 'internal',
            message: textOfError(error),
          };
        },
        invalidRequest: {
          code: 'argument/invalid',
          message: vscode.l10n.t('The view sent something that is not understood. Reload the window.'),
        },
      }),
    );
    const view: ChatView = {
      get visible() {
        return webviewView.visible;
      },
      notify: (method, params) => server.notify(method, params),
    };
    scope.add(this.controller.attach(view));
    scope.add(
      webviewView.onDidChangeVisibility(() => {
        if (!webviewView.visible) {
          this.controller.onViewHidden(view);
        }
      }),
    );
    scope.add(webviewView.onDidDispose(() => scope.dispose()));
    webview.html = chatHtml(webview, this.extensionUri);
  }

  dispose(): void {
    this.current?.dispose();
  }
}

/** Posting is never awaited: a view that is gone must not hold up a turn. */
function transportOf(webview: vscode.Webview): RpcTransport {
  return {
    post: (message) => void webview.postMessage(message),
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
  };
}
