import { beforeEach, describe, expect, it, vi } from 'vitest';
import { insertAtCursor, openAsFile } from '../../../src/extension/chat/codeActions';

interface Edit {
  replace(selection: unknown, code: string): void;
}
const state = vi.hoisted(() => ({
  path: '/work/shop/cart.ts',
  scheme: 'file',
  hasFolders: true,
  isReadOnly: false,
  hasEditor: true,
  answer: undefined as string | undefined,
  asked: [] as { readonly text: string; readonly modal: boolean }[],
  edits: [] as (readonly string[])[],
  opened: [] as unknown[],
}));

vi.mock('vscode', () => {
  const editor = {
    get document() {
      return { uri: { scheme: state.scheme, path: state.path } };
    },
    selections: ['first', 'second'],
    edit: (change: (edit: Edit) => void) => {
      const codes: string[] = [];
      change({ replace: (_, code) => codes.push(code) });
      if (!state.isReadOnly) {
        state.edits.push(codes);
      }
      return Promise.resolve(!state.isReadOnly);
    },
  };
  return {
    ViewColumn: { Active: -1 },
    l10n: { t: (text: string, ...values: readonly string[]) => text.replace('{0}', values[0] ?? '') },
    languages: { getLanguages: () => Promise.resolve(['typescript', 'plaintext', 'shellscript', 'csharp']) },
    window: {
      get activeTextEditor() {
        return state.hasEditor ? editor : undefined;
      },
      visibleTextEditors: [],
      showTextDocument: () => Promise.resolve(),
      showWarningMessage: (text: string, { modal }: { readonly modal: boolean }, ...items: readonly string[]) => {
        state.asked.push({ text, modal });
        return Promise.resolve(items.find((item) => item === state.answer));
      },
    },
    workspace: {
      get workspaceFolders() {
        return state.hasFolders ? [{}] : undefined;
      },
      asRelativePath: ({ path }: { readonly path: string }) => path,
      getWorkspaceFolder: ({ path }: { readonly path: string }) => (path.startsWith('/work/') ? {} : undefined),
      openTextDocument: (options: unknown) => Promise.resolve(void state.opened.push(options)),
    },
  };
});

beforeEach(() => {
  Object.assign(state, {
    path: '/work/shop/cart.ts',
    scheme: 'file',
    hasFolders: true,
    isReadOnly: false,
    hasEditor: true,
    answer: undefined,
    asked: [],
    edits: [],
    opened: [],
  });
});

describe('code that is inserted', () => {
  it('is one edit over all cursors, and nothing is asked inside the workspace', async () => {
    await insertAtCursor('rm -rf /');
    expect(state).toMatchObject({ edits: [['rm -rf /', 'rm -rf /']], asked: [], opened: [] });
  });

  it.each([
    '/work/shop/.vscode/settings.json',
    '/work/shop/.vscode/tasks.json',
    '/work/shop/.git/config',
    '/work/shop/.git/hooks/pre-commit',
    '/work/shop/.GIT/config',
    '/work/shop/.husky/pre-push',
    '/work/shop/.github/workflows/ci.yml',
    '/work/all.code-workspace',
    '/home/me/.bashrc',
    '/etc/passwd',
  ])('is asked about, and not written without a yes: %s', async (path) => {
    state.path = path;
    await insertAtCursor('code');
    expect(state).toMatchObject({ edits: [], opened: [], asked: [{ modal: true }] });
    expect(state.asked[0]?.text).toContain(path);
    state.answer = 'Insert';
    await insertAtCursor('code');
    expect(state.edits).toHaveLength(1);
  });

  it('is not asked about in an unsaved file, nor in a window without a folder', async () => {
    Object.assign(state, { path: 'Untitled-1', scheme: 'untitled' });
    await insertAtCursor('code');
    Object.assign(state, { path: '/home/me/notes.md', scheme: 'file', hasFolders: false });
    await insertAtCursor('code');
    expect(state).toMatchObject({
      asked: [],
      edits: [
        ['code', 'code'],
        ['code', 'code'],
      ],
    });
  });

  it('goes into a new file where there is no editor, or none that can be written', async () => {
    state.isReadOnly = true;
    await insertAtCursor('code');
    state.hasEditor = false;
    await insertAtCursor('code');
    expect(state.edits).toEqual([]);
    expect(state.opened).toEqual([
      { content: 'code', language: 'plaintext' },
      { content: 'code', language: 'plaintext' },
    ]);
  });
});

describe('code that is opened', () => {
  it.each([
    ['ts', 'typescript'],
    ['TypeScript', 'typescript'],
    ['c#', 'csharp'],
    ['/etc/passwd', 'plaintext'],
    ['../../x', 'plaintext'],
    ['command:x', 'plaintext'],
    ['__proto__', 'plaintext'],
    ['constructor', 'plaintext'],
    ['toString', 'plaintext'],
    ['', 'plaintext'],
  ])('is text in a file that is nowhere yet, whatever its language is called: %j', async (name, language) => {
    await openAsFile('code', name);
    expect(state.opened).toEqual([{ content: 'code', language }]);
  });
});
