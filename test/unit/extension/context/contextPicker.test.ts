import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubCommands } from '../../../support/vscodeStub';
import {
  setStubSetting,
  stubDocument,
  StubUri,
  stubWindow,
  vscodeWorkspaceStub,
} from '../../../support/vscodeWorkspaceStub';
import { ContextFixture } from './contextFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

let fixture: ContextFixture;

/** Answers the next list with the items of these labels. */
function choose(...labels: readonly string[]): void {
  stubWindow.answers.push((items) => {
    const chosen = labels.map((label) => items.find((item) => item.label === label) ?? { label: `no ${label}` });
    return chosen.length === 1 && chosen[0] !== undefined ? chosen[0] : chosen;
  });
}

beforeEach(async () => {
  fixture = await ContextFixture.create();
});
afterEach(() => fixture.dispose());

describe('the list of what can be attached', () => {
  it('begins with what is in front of the person, and offers nothing that is not there', async () => {
    const [active, other] = [await fixture.write('src/a.ts', 'one'), await fixture.write('b.ts', 'two')];
    const offered: (readonly string[])[] = [];
    const look = async (): Promise<void> => {
      stubWindow.answers.push((items) => {
        offered.push(items.map(({ label }) => label));
        return [];
      });
      await fixture.attach();
    };
    await look();
    fixture.edit(stubDocument(active, 'one'), [0, 0, 0, 3]);
    const tabs = [active, other, other].map((uri) => ({ input: new vscodeWorkspaceStub.TabInputText(uri) }));
    vscodeWorkspaceStub.window.tabGroups = { all: [{ tabs }] };
    stubWindow.diagnostics.push([
      active,
      [{ severity: 0, range: new vscodeWorkspaceStub.Range(0, 0, 0, 1), message: 'No' }],
    ]);
    await look();
    const always = ['$(files) Files…', '$(folder) Folder…'];
    const last = ['$(terminal) Selection in the terminal', '$(gear) Setting…'];
    expect(offered).toEqual([
      [...always, ...last],
      [
        ...[
          '$(list-selection) Selection in the editor',
          '$(file) File in the editor',
          'Open editors',
          'b.ts',
          'More',
          ...always,
        ],
        ...['$(warning) Problems of the file in the editor', '$(warning) Problems of the workspace', ...last],
      ],
    ]);
  });

  it('attaches nothing when it is left', async () => {
    expect(await fixture.attach()).toBeUndefined();
    choose('$(files) Files…');
    expect(await fixture.attach()).toBeUndefined();
    expect(fixture.attached).toEqual([]);
  });

  it('attaches the file in the editor, and the selection there', async () => {
    const uri = await fixture.write('src/a.ts', 'one two');
    fixture.edit(stubDocument(uri, 'one two'), [0, 0, 0, 3]);
    choose('$(file) File in the editor');
    await fixture.attach();
    choose('$(list-selection) Selection in the editor');
    await fixture.attach();
    expect(fixture.attached.map(({ type, key, value }) => [type, key, value])).toEqual([
      ['file', 'src/a.ts', 'one two'],
      ['selection', 'src/a.ts:1', 'one'],
    ]);
  });

  it('attaches any number of files of the workspace, of which the excluded ones are not offered', async () => {
    setStubSetting('search.exclude', { '**/dist': true });
    await Promise.all(['b.ts', 'src/a.ts', 'src/c.ts', 'dist/out.js'].map((name) => fixture.write(name, name)));
    choose('$(files) Files…');
    let offered: readonly string[] = [];
    stubWindow.answers.push((items) => {
      offered = items.map(({ label, description = '' }) => `${label} ${description}`.trimEnd());
      return items.slice(0, 2);
    });
    await fixture.attach();
    expect(offered).toEqual(['b.ts', 'a.ts src/a.ts', 'c.ts src/c.ts']);
    expect(fixture.keys).toEqual(['file b.ts', 'file src/a.ts']);
  });

  it('attaches a folder that holds files', async () => {
    await fixture.write('src/deep/a.ts', '');
    choose('$(folder) Folder…');
    choose('deep');
    await fixture.attach();
    expect(fixture.attached).toMatchObject([{ type: 'folder', key: 'src/deep', value: 'a.ts' }]);
  });

  it('attaches the problems, the worst first, and bounds how many', async () => {
    const uri = await fixture.write('src/a.ts', '');
    const problem = (severity: number, line: number, message: string): object => ({
      severity,
      message,
      range: new vscodeWorkspaceStub.Range(line, 4, line, 5),
      source: 'ts',
      code: { value: 2304 },
    });
    const warnings = Array.from({ length: 250 }, (_, index) => problem(1, index, 'Unused'));
    stubWindow.diagnostics.push([uri, [...warnings, problem(0, 9, 'Cannot find name')]]);
    choose('$(warning) Problems of the workspace');
    await fixture.attach();
    const lines = fixture.attached[0]?.value.split('\n') ?? [];
    expect(lines[0]).toBe('src/a.ts:10:5 error: Cannot find name (ts 2304)');
    expect([lines.length, lines.at(-1)]).toEqual([201, '[51 more problems]']);
    expect(fixture.attached[0]?.uri).toBeNull();
  });

  it('attaches the value of a setting by its id, and knows no other id', async () => {
    setStubSetting('editor.tabSize', 4);
    choose('$(gear) Setting…');
    stubWindow.texts.push('editor.tabSize');
    await fixture.attach();
    expect(fixture.attached).toMatchObject([{ type: 'setting', key: 'editor.tabSize', value: '"editor.tabSize": 4' }]);
    choose('$(gear) Setting…');
    stubWindow.texts.push('editor.none');
    expect(await fixture.attach()).toBeUndefined();
    expect(stubWindow.faults).toEqual(['There is no setting of this id.']);
  });
});

describe('the selection in the terminal', () => {
  const attach = (): Promise<unknown> => {
    choose('$(terminal) Selection in the terminal');
    return fixture.attach();
  };

  it('is attached under the name of the terminal, and the clipboard has its text back', async () => {
    vscodeWorkspaceStub.window.activeTerminal = { name: 'bash' };
    Object.assign(stubWindow, { clipboard: 'Copied before', terminalSelection: '  1 failed\n\n\n' });
    await attach();
    expect(fixture.attached).toMatchObject([{ type: 'terminal', key: 'bash', uri: null, value: '  1 failed' }]);
    expect(stubWindow.clipboard).toBe('Copied before');
  });

  it('is another item when it is another text of the same terminal', async () => {
    vscodeWorkspaceStub.window.activeTerminal = { name: 'bash' };
    for (const terminalSelection of ['1 failed', '2 failed', '1 failed']) {
      Object.assign(stubWindow, { terminalSelection });
      await attach();
    }
    expect(fixture.keys).toEqual(['terminal bash (2)', 'terminal bash']);
  });

  it('is never what was in the clipboard before: with nothing selected that is said', async () => {
    vscodeWorkspaceStub.window.activeTerminal = { name: 'bash' };
    stubWindow.clipboard = 'Copied before';
    await expect(attach()).rejects.toMatchObject({ code: 'context/nothing', args: { source: 'terminal' } });
    expect([fixture.attached, stubWindow.clipboard]).toEqual([[], 'Copied before']);
  });

  it('leaves the clipboard alone where there is no terminal', async () => {
    stubCommands.length = 0;
    await expect(attach()).rejects.toMatchObject({ code: 'context/nothing' });
    expect(stubCommands).toEqual([]);
  });
});

it('an unsaved document is named and read like any other', async () => {
  const uri = new StubUri('untitled', '', 'Untitled-1');
  vscodeWorkspaceStub.workspace.textDocuments = [stubDocument(uri, 'Draft')];
  fixture.edit(stubDocument(uri, 'Draft'));
  choose('$(file) File in the editor');
  await fixture.attach();
  expect(fixture.attached).toMatchObject([{ type: 'file', key: path.basename('Untitled-1'), value: 'Draft' }]);
});
