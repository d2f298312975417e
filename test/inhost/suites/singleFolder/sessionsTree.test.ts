import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setup, suite, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { AppError } from '../../../../src/core/base/errors';
import { silentLogger } from '../../../../src/core/base/ports';
import type { SessionId, TurnStatus, WorkspaceKey } from '../../../../src/core/session/session';
import { SessionManager } from '../../../../src/core/session/sessionManager';
import { createSessionCommands, type SessionCommandDeps } from '../../../../src/extension/sessions/sessionCommands';
import type { SessionNode, SessionsTreeNode } from '../../../../src/extension/sessions/sessionNode';
import { SessionsTreeDataProvider } from '../../../../src/extension/sessions/sessionsTreeDataProvider';
import { openLocalSessionService } from '../../../../src/node/sqlite/openLocalSessionService';
import { ownIdentity } from '../../../../src/node/sqlite/processIdentity';
import {
  FakeClock,
  newSessionId,
  realIds,
  testInvocation,
  testKey,
  testModel,
  userMessage,
} from '../../../support/builders';

const elsewhere: WorkspaceKey = { directory: '/work/other', gitRoot: null };
const hour = 3_600_000;

/** Manager over a database file, tree and commands as the extension puts them together, but for the window's own views. */
class Rig {
  static async create(): Promise<Rig> {
    const folder = await mkdtemp(path.join(tmpdir(), 'rejoin-tree-'));
    const clock = new FakeClock(new Date(2026, 10, 20, 12).getTime());
    const extensionPath = vscode.extensions.getExtension('rejoin.rejoin')?.extensionPath ?? '';
    const ports = { clock, ids: realIds, logger: silentLogger };
    const service = await openLocalSessionService({
      ...ports,
      folder,
      migrationsDir: path.join(extensionPath, 'migrations'),
      self: ownIdentity(),
    });
    return new Rig(
      folder,
      clock,
      new SessionManager({
        ...ports,
        service,
        invocationId: testInvocation,
        continueMinutes: () => 60,
      }),
    );
  }

  currentId: SessionId | null = null;
  opened = 0;
  readonly shown: SessionId[] = [];
  readonly tree: SessionsTreeDataProvider;
  readonly commands: ReturnType<typeof createSessionCommands>;
  selection: readonly SessionId[] = [];
  picked: SessionId | undefined;

  private constructor(
    private readonly folder: string,
    readonly clock: FakeClock,
    readonly manager: SessionManager,
  ) {
    const data = {
      sessions: () => {
        this.opened++;
        return Promise.resolve(manager);
      },
      workspaceKeys: () => Promise.resolve([testKey]),
      currentSessionId: () => this.currentId,
      clock,
    };
    const deps: SessionCommandDeps = {
      ...data,
      showSession: (id) => Promise.resolve(void this.shown.push(id)),
      newSession: () => Promise.resolve(undefined),
      createSession: () => Promise.reject(new Error('Nothing creates a session here')),
      sessionsOfKeyPress: () => Promise.resolve(this.selection),
      pickSession: () => Promise.resolve(this.picked),
    };
    this.tree = new SessionsTreeDataProvider(data);
    this.commands = createSessionCommands(deps);
  }

  async add(title: string, key: WorkspaceKey = testKey, turnStatus: TurnStatus = 'idle'): Promise<SessionId> {
    const id = newSessionId();
    this.clock.advance(1000);
    this.manager.prepareSession(id, { key, skill: null });
    await this.manager.append(id, [userMessage(title)], { model: testModel, turnStatus });
    if (title !== '') await this.manager.rename(id, title);
    return id;
  }

  /** The tree as text, one entry per row, children indented. */
  async rows(node?: SessionsTreeNode, indent = ''): Promise<readonly string[]> {
    const rows: string[] = [];
    for (const child of await this.tree.getChildren(node)) {
      rows.push(`${indent}${labelOf(this.tree.getTreeItem(child))}`, ...(await this.rows(child, `${indent}  `)));
    }
    return rows;
  }

  async node(id: SessionId): Promise<SessionNode> {
    await this.rows();
    const node = this.tree.findNode(id);
    assert.ok(node);
    return node;
  }

  async dispose(): Promise<void> {
    this.tree.dispose();
    await this.manager.close();
    this.manager.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function labelOf(item: vscode.TreeItem): string {
  return typeof item.label === 'string' ? item.label : (item.label?.label ?? '');
}

function iconOf(item: vscode.TreeItem): string {
  return item.iconPath instanceof vscode.ThemeIcon ? item.iconPath.id : '';
}

suite('the sessions tree', () => {
  let rig: Rig;

  setup(async () => {
    rig = await Rig.create();
  });
  teardown(() => rig.dispose());

  test('opens the store only when it is looked at, and is empty without sessions', async () => {
    assert.equal(rig.opened, 0);
    assert.deepEqual(await rig.rows(), []);
    assert.equal(rig.opened, 1);
  });

  test('groups sessions by pin, day, folder, archive and trash', async () => {
    await rig.add('yesterday');
    rig.clock.advance(24 * hour);
    const [pinned, archived, deleted] = [await rig.add('pinned'), await rig.add('archived'), await rig.add('deleted')];
    await rig.add('there', elsewhere);
    await rig.add('today');
    await rig.manager.setPinned([pinned], true);
    await rig.manager.setArchived([archived], true);
    await rig.manager.moveToTrash([deleted]);
    assert.deepEqual(await rig.rows(), [
      'Pinned',
      '  pinned',
      'Today',
      '  today',
      'Yesterday',
      '  yesterday',
      'Other folders',
      '  other',
      '    there',
      'Archived',
      '  archived',
      'Trash',
      '  deleted',
    ]);
  });

  test('tells time, model and messages of a session in plain text', async () => {
    const id = await rig.add('[x](command:quit) $(flame)\u202E');
    rig.clock.advance(2 * hour);
    const item = rig.tree.getTreeItem(await rig.node(id));
    assert.equal(labelOf(item), '[x](command:quit) $(flame)');
    assert.equal(item.description, '2 hr. ago · demo-1 · 1 message');
    assert.ok(typeof item.tooltip === 'string', 'no Markdown');
    assert.match(item.tooltip, /Folder: \/work\/shop\nModel: demo-1 · demo\n1 message\nCreated: /);
    assert.equal(item.accessibilityInformation?.label, '[x](command:quit) $(flame), 2 hr. ago, demo-1, 1 message');
    assert.equal(item.contextValue, 'session.active');
    assert.deepEqual(item.command?.arguments, [id]);
  });

  test('names a session without a title', async () => {
    const item = rig.tree.getTreeItem(await rig.node(await rig.add('')));
    assert.equal(labelOf(item), 'New session');
  });

  test('marks what is running, interrupted, pinned, archived and deleted', async () => {
    const icons = async (id: SessionId): Promise<readonly (string | undefined)[]> => {
      const item = rig.tree.getTreeItem(await rig.node(id));
      return [iconOf(item), item.contextValue];
    };
    assert.deepEqual(await icons(await rig.add('a', testKey, 'running')), ['loading~spin', 'session.active']);
    assert.deepEqual(await icons(await rig.add('b', testKey, 'interrupted')), ['debug-pause', 'session.active']);
    const id = await rig.add('c');
    await rig.manager.setPinned([id], true);
    assert.deepEqual(await icons(id), ['pinned', 'session.active.pinned']);
    await rig.manager.setArchived([id], true);
    assert.deepEqual(await icons(id), ['archive', 'session.archived']);
    await rig.manager.moveToTrash([id]);
    assert.deepEqual(await icons(id), ['trash', 'session.deleted']);
  });

  test('marks the session that the chat shows', async () => {
    rig.currentId = await rig.add('shown');
    const item = rig.tree.getTreeItem(await rig.node(rig.currentId));
    assert.equal(item.label, 'shown');
    assert.match(item.accessibilityInformation?.label ?? '', /shown in the chat/);
  });

  test('follows a rename that was made elsewhere, keeping the identity of the row', async () => {
    const id = await rig.add('before');
    const before = rig.tree.getTreeItem(await rig.node(id)).id;
    let redraws = 0;
    const subscription = rig.tree.onDidChangeTreeData(() => redraws++);
    await rig.manager.rename(id, 'after');
    subscription.dispose();
    assert.equal(redraws, 1);
    const item = rig.tree.getTreeItem(await rig.node(id));
    assert.deepEqual([labelOf(item), item.id], ['after', before]);
  });

  test('leads from a session to its parents', async () => {
    const there = await rig.node(await rig.add('there', elsewhere));
    const folder = rig.tree.getParent(there);
    assert.deepEqual(folder, { kind: 'folder', directory: '/work/other' });
    assert.deepEqual(folder && rig.tree.getParent(folder), { kind: 'group', group: 'others' });
    assert.deepEqual(rig.tree.getParent(await rig.node(await rig.add('here'))), { kind: 'group', group: 'today' });
  });

  test('offers to try again when the sessions cannot be opened, and then shows them', async () => {
    let isBroken = true;
    const errors: unknown[] = [];
    const tree = new SessionsTreeDataProvider({
      sessions: () => (isBroken ? Promise.reject(new AppError('store/locked')) : Promise.resolve(rig.manager)),
      workspaceKeys: () => Promise.resolve([testKey]),
      currentSessionId: () => null,
      clock: rig.clock,
    });
    tree.onDidOpen((error) => errors.push(error));
    await rig.add('one');
    assert.deepEqual(await tree.getChildren(), [{ kind: 'retry' }]);
    assert.equal(iconOf(tree.getTreeItem({ kind: 'retry' })), 'refresh');
    isBroken = false;
    assert.deepEqual(await tree.getChildren(), [{ kind: 'group', group: 'today' }]);
    assert.deepEqual([(errors[0] as AppError).code, errors[1]], ['store/locked', undefined]);
    tree.dispose();
  });
});

suite('commands on sessions', () => {
  let rig: Rig;

  setup(async () => {
    rig = await Rig.create();
  });
  teardown(() => rig.dispose());

  const titlesOf = (result: unknown): unknown =>
    Array.isArray(result) ? result.map((one: { title: string }) => one.title) : (result as { title: string }).title;

  test('take an id and return a summary', async () => {
    const id = await rig.add('one');
    assert.equal(titlesOf(await rig.commands['rejoin.renameSession'](id, '  two  ')), 'two');
    assert.partialDeepStrictEqual(await rig.commands['rejoin.pinSession'](id), { id, pinned: true, title: 'two' });
    assert.partialDeepStrictEqual(await rig.commands['rejoin.unpinSession'](id), { pinned: false });
    assert.notEqual(((await rig.commands['rejoin.archiveSession'](id)) as { archivedAt: unknown }).archivedAt, null);
    assert.partialDeepStrictEqual(await rig.commands['rejoin.unarchiveSession'](id), { archivedAt: null });
    assert.notEqual(((await rig.commands['rejoin.deleteSession'](id)) as { deletedAt: unknown }).deletedAt, null);
    assert.partialDeepStrictEqual(await rig.commands['rejoin.restoreSession'](id), { deletedAt: null });
    assert.partialDeepStrictEqual(await rig.commands['rejoin.openSession'](id), { id });
    assert.deepEqual(rig.shown, [id]);
    assert.equal(await rig.commands['rejoin.deleteForever'](id), id);
    assert.deepEqual(await rig.commands['rejoin.listSessions']({ scope: 'all' }), []);
  });

  test('act on all that is selected in the tree when one of them is clicked', async () => {
    const [first, second, third] = [await rig.add('one'), await rig.add('two'), await rig.add('three')];
    const nodes = await Promise.all([first, second].map((id) => rig.node(id)));
    const result = await rig.commands['rejoin.archiveSession'](nodes[0], [...nodes, { kind: 'group', group: 'today' }]);
    assert.deepEqual(titlesOf(result), ['one', 'two']);
    assert.equal((await rig.manager.get(third)).archivedAt, null);
  });

  test('act on the selection of the tree for a key, and ask for nothing', async () => {
    const ids = [await rig.add('one'), await rig.add('two')];
    rig.selection = ids;
    assert.deepEqual(titlesOf(await rig.commands['rejoin.deleteSession']({ selection: true })), ['one', 'two']);
    rig.selection = [];
    assert.equal(await rig.commands['rejoin.deleteSession']({ selection: true }), undefined);
  });

  test('are about the session shown when nothing is named, and ask when there is none', async () => {
    const [shown, other] = [await rig.add('shown'), await rig.add('other')];
    rig.currentId = shown;
    assert.equal(titlesOf(await rig.commands['rejoin.pinSession']()), 'shown');
    rig.picked = other;
    assert.equal(titlesOf(await rig.commands['rejoin.pinSession']()), 'other', 'the one shown is pinned already');
    rig.currentId = newSessionId();
    rig.picked = undefined;
    assert.equal(
      await rig.commands['rejoin.archiveSession'](),
      undefined,
      'a session without a row has nothing to archive',
    );
  });

  test('reject for an id that is not there and for what is no session', async () => {
    const commands = [
      'rejoin.openSession',
      'rejoin.renameSession',
      'rejoin.archiveSession',
      'rejoin.pinSession',
      'rejoin.deleteSession',
      'rejoin.restoreSession',
      'rejoin.deleteForever',
    ] as const;
    for (const command of commands) {
      await assert.rejects(rig.commands[command]('no-such-id', 'title'), { code: 'session/not-found' }, command);
      await assert.rejects(rig.commands[command](7), { code: 'argument/invalid' }, command);
    }
    await assert.rejects(rig.commands['rejoin.renameSession'](await rig.add('one'), ' \u200B '), {
      code: 'session/invalid-title',
    });
  });

  test('bring back what was deleted together', async () => {
    const ids = [await rig.add('one'), await rig.add('two')];
    await rig.commands['rejoin.deleteSession'](ids);
    assert.deepEqual(await rig.rows(), ['Trash', '  two', '  one']);
    await rig.commands['rejoin.restoreSession'](ids);
    assert.deepEqual(await rig.rows(), ['Today', '  two', '  one']);
  });
});
