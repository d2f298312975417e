import { createServer, type Server } from 'node:http';
import { mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { webviewAliases } from '../../../scripts/lib/webviewAliases.mjs';
import type { StoredEvent } from '../../../src/core/session/sessionEvent';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { themes, type ThemeName } from './themes';

const root = path.resolve(import.meta.dirname, '../../..');
const nonce = 'bm9uY2UtZm9yLXRlc3Rz';
/** No window, and nothing that a browser asks the network for by itself. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface OpenOptions {
  readonly snapshot: SessionSnapshot;
  /** The whole log, of which the host hands out earlier pages. */
  readonly log?: readonly StoredEvent[];
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly bodyClass?: string;
  readonly dir?: 'rtl';
}

/** The view's page, built as it ships, in a real Chromium behind the policy that VS Code's page has. */
export class ViewHarness {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly foreign: string[],
  ) {}

  static async start(): Promise<ViewHarness> {
    const script = await buildView();
    const foreign: string[] = [];
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://host');
      const file = files(script)[url.pathname];
      if (file === undefined) {
        foreign.push(url.href);
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': file.type });
      response.end(file.body(url.searchParams));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: process.env['REJOIN_CHROMIUM'] ?? '/usr/bin/chromium',
      args: chromiumFlags,
    });
    return new ViewHarness(server, browser, foreign);
  }

  /** Requests that no page of ours should have made. */
  get foreignRequests(): readonly string[] {
    return this.foreign;
  }

  async open(options: OpenOptions): Promise<Page> {
    const { snapshot, theme = 'dark', width = 300, height = 700 } = options;
    const page = await this.browser.newPage({ viewport: { width, height } });
    const { port } = this.server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${String(port)}`;
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) {
        this.foreign.push(request.url());
      }
    });
    const scripted: unknown = { scriptedSnapshot: snapshot, scriptedLog: options.log ?? [] };
    await page.addInitScript((values: unknown) => void Object.assign(window, values), scripted);
    const query = new URLSearchParams({ theme, bodyClass: options.bodyClass ?? '', dir: options.dir ?? 'ltr' });
    await page.goto(`${origin}/?${query.toString()}`);
    return page;
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Folder for pictures that a person looks at; git-ignored. */
export function pictureFolder(): string {
  const folder = path.join(root, '.cache/webview-pictures');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The script of the page as it ships. */
export async function buildView(): Promise<string> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['src/webview/main.tsx'],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    alias: webviewAliases,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    write: false,
  });
  return result.outputFiles[0]?.text ?? '';
}

interface ServedFile {
  readonly type: string;
  readonly body: (query: URLSearchParams) => string;
}

function files(script: string): Readonly<Record<string, ServedFile | undefined>> {
  const style = readFileSync(path.join(root, 'media/chat.css'), 'utf8');
  const host = readFileSync(path.join(root, 'test/webview/support/fakeHost.js'), 'utf8');
  return {
    '/': { type: 'text/html; charset=utf-8', body: pageHtml },
    '/theme.css': { type: 'text/css', body: (query) => themeStyle(query.get('theme') as ThemeName) },
    '/chat.css': { type: 'text/css', body: () => style },
    '/host.js': { type: 'text/javascript', body: () => `${host}\nwindow.host.snapshot = window.scriptedSnapshot;` },
    '/webview.js': { type: 'text/javascript', body: () => script },
    '/favicon.ico': { type: 'image/x-icon', body: () => '' },
  };
}

function themeStyle(name: ThemeName): string {
  const { background, variables } = themes[name];
  const lines = Object.entries(variables).map(([key, value]) => `--vscode-${key}: ${value};`);
  return `:root { ${lines.join('\n')} }\nhtml { background: ${background}; }`;
}

function pageHtml(query: URLSearchParams): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'self'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');
  const theme = query.get('theme') as ThemeName;
  return `<!DOCTYPE html>
<html lang="en" dir="${query.get('dir') ?? 'ltr'}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="/theme.css?theme=${theme}">
<link rel="stylesheet" href="/chat.css">
<title>Rejoin</title>
</head>
<body class="${themes[theme].bodyClass} ${query.get('bodyClass') ?? ''}">
<div id="root"></div>
<script nonce="${nonce}" src="/host.js"></script>
<script nonce="${nonce}" src="/webview.js"></script>
</body>
</html>`;
}
