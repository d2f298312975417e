import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from 'mocha';
import * as vscode from 'vscode';

const good = `version: "1.0"
session:
  name: dns-cutover
  provider: anthropic
  model: claude-sonnet-4-6
messages:
  - role: user
    content: |
      Which records move first?
      Keep the TTL low.
statistics:
  message_count: 1
`;

let folder: string;

async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}

/** Asks again until the answer holds: nothing tells when a server is done. */
async function eventually<T>(ask: () => T | Thenable<T>, holds: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) {
      return answer;
    }
    assert.ok(Date.now() < deadline, `Still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Our own diagnostics, as `code@line`; other servers have theirs. */
const problemsOf = ({ uri }: vscode.TextDocument): readonly string[] =>
  vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'Rejoin')
    .map(({ code, range }) => `${typeof code === 'string' ? code : '?'}@${range.start.line}`);

async function replace(document: vscode.TextDocument, before: string, after: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const start = document.getText().indexOf(before);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + before.length));
  edit.replace(document.uri, range, after);
  await vscode.workspace.applyEdit(edit);
}

async function ask<T>(
  provider: string,
  document: vscode.TextDocument,
  ...rest: readonly unknown[]
): Promise<readonly T[]> {
  return (await vscode.commands.executeCommand<T[] | undefined>(provider, document.uri, ...rest)) ?? [];
}

/** Process ids of the servers that this extension host started. */
function serverProcesses(): readonly number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return rows.flatMap((row) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return Number(parent) === process.pid && /dist.server\.js .*--node-ipc/.test(args) ? [Number(pid)] : [];
  });
}

suite('The language server', () => {
  suiteSetup(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rejoin-language-'));
  });
  suiteTeardown(() => rm(folder, { recursive: true, force: true }));
  setup(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  for (const name of ['talk.rejoin.yaml', 'talk.rejoin.yml']) {
    test(`checks ${name} while it is edited`, async () => {
      const document = await open(name, good.replace('message_count: 1', 'message_count: 2'));
      await eventually(
        () => problemsOf(document),
        (found) => found.join() === 'statistics-mismatch@11',
      );
      await replace(document, 'role: user', 'role: tool');
      await eventually(
        () => problemsOf(document),
        (found) => found.join() === 'role-invalid@6,statistics-mismatch@11',
      );
      await replace(document, 'message_count: 2', 'message_count: 1');
      await replace(document, 'role: tool', 'role: user');
      await eventually(
        () => problemsOf(document),
        (found) => found.length === 0,
      );
    });
  }

  test('says what is wrong in words', async () => {
    const document = await open('words.rejoin.json', '{"version": "9.9"}');
    await eventually(
      () => problemsOf(document),
      (found) => found.includes('version-unsupported@0'),
    );
    const [first] = vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Rejoin');
    assert.match(first?.message ?? '', /9\.9/);
  });

  test('mends counts', async () => {
    const document = await open('counts.rejoin.yaml', good.replace('message_count: 1', 'message_count: 7'));
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 1,
    );
    const range = new vscode.Range(11, 17, 11, 18);
    const [fix] = await ask<vscode.CodeAction>('vscode.executeCodeActionProvider', document, range, 'quickfix');
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), good);
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 0,
    );
  });

  test('gives an outline, folding, a hover and completion', async () => {
    const document = await open('features.rejoin.yaml', good);
    const outline = await eventually(
      () => ask<vscode.DocumentSymbol>('vscode.executeDocumentSymbolProvider', document),
      (found) => found.length > 0,
    );
    const messages = outline.find(({ name }) => name === 'messages');
    assert.deepEqual(
      messages?.children.map(({ name, detail }) => [name, detail]),
      [['1 user', 'Which records move first?']],
    );

    const folds = await ask<vscode.FoldingRange>('vscode.executeFoldingRangeProvider', document);
    assert.ok(folds.some(({ start, end }) => start === 5 && end === 9));

    const hovers = await ask<vscode.Hover>('vscode.executeHoverProvider', document, new vscode.Position(3, 4));
    const texts = hovers.flatMap(({ contents }) => contents.map((content) => (content as vscode.MarkdownString).value));
    assert.ok(texts.includes('Provider of the session.'), texts.join());

    await replace(document, 'role: user', 'role: ');
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(6, 10),
    );
    assert.ok(['user', 'assistant', 'system'].every((role) => items.some(({ label }) => label === role)));
  });

  test('offers the import and the preview at the top', async () => {
    const document = await open('lens.rejoin.json', '{"version": "1.0"}');
    const lenses = await eventually(
      () => ask<vscode.CodeLens>('vscode.executeCodeLensProvider', document, 10),
      (found) => found.length > 0,
    );
    assert.deepEqual(
      lenses.map(({ command }) => [command?.command, command?.arguments]),
      [
        ['rejoin.importSession', [document.uri.toString(), { preview: true }]],
        ['rejoin.previewCheckpoint', [document.uri.toString()]],
      ],
    );
  });

  test('checks skills, and no other Markdown', async () => {
    const skill = await open('.rejoin/skills/review/SKILL.md', '---\nname: other\ndescription: x\n---\nbody\n');
    await eventually(
      () => problemsOf(skill),
      (found) => found.join() === 'skill/name-not-folder@1',
    );
    const other = await open('docs/SKILL.md', '---\nname: Other\n---\n');
    await eventually(
      () => problemsOf(skill),
      (found) => found.length === 1,
    );
    assert.deepEqual(problemsOf(other), []);
  });

  test('leaves other JSON, YAML and completion in them alone', async () => {
    const checked = await open('checked.rejoin.yaml', good.replace('message_count: 1', 'message_count: 7'));
    await eventually(
      () => problemsOf(checked),
      (found) => found.length === 1,
    );
    const plain = await open('plain.yaml', 'version: "9.9"\n');
    assert.deepEqual(await ask<vscode.CodeLens>('vscode.executeCodeLensProvider', plain, 10), []);
    assert.deepEqual(problemsOf(plain), []);
  });

  test('works again after it was restarted', async () => {
    const document = await open('restart.rejoin.yaml', good.replace('message_count: 1', 'message_count: 7'));
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 1,
    );
    await vscode.commands.executeCommand('rejoin.restartLanguageServer');
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 1,
    );
    await replace(document, 'message_count: 7', 'message_count: 1');
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 0,
    );
  });

  test('is there again after it was killed', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const document = await open('killed.rejoin.yaml', good.replace('message_count: 1', 'message_count: 7'));
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 1,
    );
    const before = serverProcesses();
    assert.equal(before.length, 1);
    before.forEach((pid) => process.kill(pid, 'SIGKILL'));
    const after = await eventually(serverProcesses, ([pid]) => pid !== undefined && !before.includes(pid));
    assert.equal(after.length, 1);
    await replace(document, 'message_count: 7', 'message_count: 8');
    await eventually(
      () => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message),
      (messages) => messages.some((message) => message.includes('8')),
    );
  });

  test('checks a file of 5 MB beside others', async () => {
    const line = '      Why is the total of the cart stale? It was right before the last release.\n';
    const message = `  - role: user # asked again\n    content: |\n${line.repeat(6)}`;
    const small = await open('small.rejoin.yaml', good);
    const document = await open(
      'long.rejoin.yaml',
      good.replace(/ {2}- role[^]*?(?=statistics)/, message.repeat(10_000)),
    );
    assert.ok(document.getText().length > 5_000_000);
    const outline = await ask<vscode.DocumentSymbol>('vscode.executeDocumentSymbolProvider', small);
    assert.ok(outline.length > 0);
    await eventually(
      () => problemsOf(document),
      (found) => found.length === 1,
    );
  });
});
