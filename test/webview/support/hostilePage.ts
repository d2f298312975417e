import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Uri, Webview } from 'vscode';
import { chatHtml } from '../../../src/extension/chat/chatHtml';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { buildView, chromiumFlags } from './harness';
import { themes } from './themes';

interface Watch {
  readonly problems: string[];
  readonly ran: string[];
  name: string;
  revealing: boolean;
  look(node: Node): void;
  frame(): Promise<void>;
  takeFrames(): void;
  lookAround(): void;
  note(text: string): void;
}

declare global {
  interface Window {
    readonly watch: Watch;
  }
}

const root = path.resolve(import.meta.dirname, '../../..');

/** Where the browser itself reports to; no payload names them. */
const ownHosts = /(?:^|\.)(?:google|googleapis|gstatic|gvt\d)\.com$/;

/** Everything that a page did and must not have done. */
export interface Misdeeds {
  readonly ran: readonly string[];
  readonly problems: readonly string[];
  readonly violations: readonly string[];
  /** Tried by the browser, whether or not anything was let through. */
  readonly requests: readonly string[];
  /** Hosts of the connections that reached the canary: every host but the page's own leads there. */
  readonly connections: readonly string[];
  readonly dialogs: readonly string[];
  readonly failures: readonly string[];
}

export const noMisdeeds: Misdeeds = {
  ran: [],
  problems: [],
  violations: [],
  requests: [],
  connections: [],
  dialogs: [],
  failures: [],
};

/**
 * The page of the chat exactly as the host serves it, with its policy and the bundle that ships, in a browser for which
 * every other host of the world is a canary on this machine.
 */
export class HostilePages {
  private readonly requests: string[] = [];
  private readonly dialogs: string[] = [];
  private readonly failures: string[] = [];
  private readonly connections: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly servers: readonly Server[],
    readonly origin: string,
    private readonly script: string,
  ) {}

  static async start(): Promise<HostilePages> {
    const script = await buildView();
    const served = createHttpServer((request, response) => pages.serve(request.url ?? '/', response));
    const canary = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        const host = hostOf(bytes.toString('latin1'));
        if (!ownHosts.test(host)) {
          pages.connections.push(host);
        }
        socket.destroy();
      });
    });
    const [port, canaryPort] = await Promise.all([listen(served), listen(canary)]);
    const browser = await chromium.launch({
      executablePath: process.env['REJOIN_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [...chromiumFlags, `--host-resolver-rules=MAP * 127.0.0.1:${String(canaryPort)}, EXCLUDE 127.0.0.1`],
    });
    const pages = new HostilePages(browser, [served, canary], `http://127.0.0.1:${String(port)}`, script);
    return pages;
  }

  /** The chat with a first snapshot. */
  async open(snapshot: SessionSnapshot): Promise<Page> {
    const page = await this.newPage();
    const scripted: unknown = snapshot;
    await page.addInitScript({ content: readFileSync(path.join(import.meta.dirname, 'fakeHost.js'), 'utf8') });
    await page.addInitScript((value: unknown) => void Object.assign(window.host, { snapshot: value }), scripted);
    await page.goto(`${this.origin}/`);
    await page.getByRole('textbox', { name: 'Message' }).waitFor({ timeout: 10_000 });
    return page;
  }

  /** A page that protects nothing, which shows that what is watched for would be seen. */
  async openUnprotected(html: string): Promise<Page> {
    const page = await this.newPage();
    await page.route(`${this.origin}/unprotected`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<body><div id="root"></div>${html}</body>` }),
    );
    await page.goto(`${this.origin}/unprotected`, { waitUntil: 'commit' });
    return page;
  }

  /** What a page and the browser did since the last time. */
  async misdeedsOf(page: Page): Promise<Misdeeds> {
    const seen = await page.evaluate(() => ({
      ran: window.watch.ran.splice(0),
      problems: window.watch.problems.splice(0),
      violations: (window as Partial<Window>).host?.violations.splice(0) ?? [],
    }));
    const take = (list: string[]): readonly string[] => list.splice(0);
    return {
      ...seen,
      connections: take(this.connections),
      requests: take(this.requests),
      dialogs: take(this.dialogs),
      failures: take(this.failures),
    };
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    for (const server of this.servers) {
      server.close();
    }
  }

  private async newPage(): Promise<Page> {
    const page = await this.browser.newPage({ viewport: { width: 320, height: 800 } });
    await page.addInitScript({ content: readFileSync(path.join(import.meta.dirname, 'hostileWatch.js'), 'utf8') });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.origin}/`) && !url.startsWith('data:image/')) {
        this.requests.push(url);
      }
    });
    page.on('dialog', (dialog) => {
      this.dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('popup', (popup) => this.requests.push(`popup ${popup.url()}`));
    page.on('framenavigated', (frame) => {
      if (frame !== page.mainFrame() || !frame.url().startsWith(this.origin)) {
        this.requests.push(`navigation ${frame.url()}`);
      }
    });
    page.on('pageerror', (error) => this.failures.push(String(error)));
    return page;
  }

  private serve(url: string, response: Pick<ServerResponse, 'writeHead' | 'end'>): void {
    const file = this.files()[new URL(url, this.origin).pathname];
    if (file === undefined) {
      this.requests.push(url);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': file.type }).end(file.body());
  }

  private files(): Readonly<Record<string, { readonly type: string; readonly body: () => string } | undefined>> {
    const style = (): string => readFileSync(path.join(root, 'media/chat.css'), 'utf8');
    const colors = Object.entries(themes.dark.variables).map(([key, value]) => `--vscode-${key}: ${value};`);
    return {
      '/': { type: 'text/html; charset=utf-8', body: () => chatHtml(webviewAt(this.origin), { path: '' } as Uri) },
      '/media/chat.css': { type: 'text/css', body: () => `:root { ${colors.join('\n')} }\n${style()}` },
      '/dist/webview.js': { type: 'text/javascript', body: () => this.script },
      '/favicon.ico': { type: 'image/x-icon', body: () => '' },
    };
  }
}

/** VS Code's side of the view: our files come from one place, which the policy names. */
function webviewAt(origin: string): Webview {
  return { cspSource: origin, asWebviewUri: (uri: Uri) => `${origin}${uri.path}` } as unknown as Webview;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The host that a connection is for: it stands there in plain letters, also where the rest is to be encrypted. */
function hostOf(bytes: string): string {
  const named = [...bytes.matchAll(/\0\0[^]{4}\0([^]{2})(?=([\w-]+(?:\.[\w-]+)+))/g)].map(
    ([, length = '', name = '']) => name.slice(0, length.charCodeAt(0) * 256 + length.charCodeAt(1)),
  );
  return /^Host: (\S+)/im.exec(bytes)?.[1] ?? named[0] ?? 'unknown';
}
