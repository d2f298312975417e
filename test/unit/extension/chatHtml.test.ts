import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { chatHtml, chatWebviewOptions } from '../../../src/extension/chat/chatHtml';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

const extensionUri = { path: '/ext' } as vscode.Uri;
const webview = {
  cspSource: 'https://csp.test',
  asWebviewUri: (uri: vscode.Uri) => `https://asset.test${uri.path}`,
} as unknown as vscode.Webview;
const page = (): string => chatHtml(webview, extensionUri);
const nonceOf = (html: string): string => /'nonce-([^']+)'/.exec(html)?.[1] ?? '';

describe('the page of the chat', () => {
  it('allows its own script, styles, pictures and fonts, and nothing else', () => {
    const html = page();
    const policies = [...html.matchAll(/http-equiv="Content-Security-Policy" content="([^"]*)"/g)].map(([, p]) => p);
    expect(policies).toEqual([
      [
        "default-src 'none'",
        `script-src 'nonce-${nonceOf(html)}'`,
        'style-src https://csp.test',
        'img-src https://csp.test data:',
        'font-src https://csp.test',
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ].join('; '),
    ]);
  });

  it('has a nonce of 16 random bytes that is new for every load', () => {
    const nonces = new Set(Array.from({ length: 50 }, () => nonceOf(page())));
    expect(nonces.size).toBe(50);
    expect([...nonces].map((nonce) => Buffer.from(nonce, 'base64').length)).toEqual(Array(50).fill(16));
    const source = readFileSync(path.join(import.meta.dirname, '../../../src/extension/chat/chatHtml.ts'), 'utf8');
    expect(source).not.toContain('Math.random');
  });

  it('holds nothing inline: one script with the nonce, one stylesheet, no handler and no style', () => {
    const html = page();
    expect([...html.matchAll(/<script[^>]*>[^<]*<\/script>/g)].map(([script]) => script)).toEqual([
      `<script nonce="${nonceOf(html)}" src="https://asset.test/ext/dist/webview.js"></script>`,
    ]);
    expect([...html.matchAll(/<link[^>]*>/g)].map(([link]) => link)).toEqual([
      '<link rel="stylesheet" href="https://asset.test/ext/media/chat.css">',
    ]);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
  });

  it('may read the folders of its assets only, and cannot run commands', () => {
    expect(chatWebviewOptions(extensionUri)).toEqual({
      enableScripts: true,
      localResourceRoots: [{ path: '/ext/dist' }, { path: '/ext/media' }],
    });
  });
});
