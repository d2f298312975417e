import { createHook } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';

/** Stands for whatever is asked of VS Code: callable, constructible, with every property itself. Never a promise. */
const anything: unknown = new Proxy(class {}, {
  get: (_, key) =>
    key === 'then' || key === Symbol.toPrimitive ? undefined : key === 'toString' ? () => '' : anything,
  apply: () => anything,
  construct: () => anything as object,
});
const registered: string[] = [];

vi.mock('vscode', () => {
  const record = (id: unknown): unknown => {
    registered.push(String(id));
    return { dispose: () => undefined };
  };
  const namespace = (own: object): unknown =>
    new Proxy(own, { get: (target, key): unknown => (Reflect.get(target, key) as unknown) ?? anything });
  const window = namespace({
    registerWebviewViewProvider: record,
    createTreeView: (id: string) => {
      record(id);
      return anything;
    },
  });
  const commands = namespace({ registerCommand: record });
  const workspace = namespace({ getConfiguration: () => ({ get: () => undefined }), isTrusted: true });
  const others = ['l10n', 'env', 'lm', 'extensions', 'languages', 'Uri', 'ThemeIcon', 'EventEmitter', 'TreeItem'];
  const enums = ['ExtensionMode', 'TreeItemCollapsibleState', 'LanguageModelChatMessageRole', 'UIKind', 'ViewColumn'];
  const classes = ['LanguageModelTextPart', 'LanguageModelToolCallPart', 'LanguageModelToolResultPart'];
  const rest = [...others, ...enums, ...classes, 'LanguageModelChatMessage', 'LanguageModelError', 'QuickPickItemKind'];
  const more = ['ConfigurationTarget', 'CancellationTokenSource', 'QuickInputButtons', 'Disposable', 'RelativePattern'];
  return { ...Object.fromEntries([...rest, ...more].map((name) => [name, anything])), window, commands, workspace };
});

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const asynchronousIo = /^(FS|TCP|TLS|UDP|PIPE|PROCESS|GETADDRINFO|HTTP|DNS|WORKER)/;
const synchronousIo = [
  'readFileSync',
  'writeFileSync',
  'statSync',
  'openSync',
  'mkdirSync',
  'readdirSync',
  'existsSync',
] as const;

it('activating registers views and commands, and touches neither disk nor network', async () => {
  const { activate, deactivate } = await import('../../../src/extension/extension');
  const seen: string[] = [];
  for (const name of synchronousIo) {
    vi.spyOn(fs, name).mockImplementation(() => {
      seen.push(name);
      throw new Error(`${name} was called`);
    });
  }
  syncBuiltinESMExports();
  const hook = createHook({
    init: (_, type) => {
      if (asynchronousIo.test(type)) {
        seen.push(type);
      }
    },
  });
  const memento = { get: (_: string, fallback?: unknown) => fallback, update: () => Promise.resolve(), keys: () => [] };
  const context = {
    subscriptions: [],
    extensionPath: path.resolve(import.meta.dirname, '../../..'),
    extensionUri: anything,
    globalStorageUri: { fsPath: '/nowhere' },
    workspaceState: memento,
    globalState: memento,
    secrets: anything,
    extensionMode: 1,
    extension: { packageJSON: { version: '0' } },
  } as unknown as vscode.ExtensionContext;

  hook.enable();
  const api = activate(context);
  await new Promise((resolve) => setTimeout(resolve, 50));
  hook.disable();

  expect(seen).toEqual([]);
  expect(api).toMatchObject({ apiVersion: 1, sessions: { list: expect.any(Function) as unknown } });
  expect(registered).toEqual(expect.arrayContaining(['rejoin.chat', 'rejoin.sessions', 'rejoin.newSession']));
  await deactivate();
});
