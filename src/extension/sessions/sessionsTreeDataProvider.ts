import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Clock } from '../../core/base/ports';
import type { Session, SessionId, WorkspaceKey } from '../../core/session/session';
import type { SessionsChange } from '../../core/session/sessionChanges';
import type { SessionCatalog } from './sessionCatalog';
import { belongsTo, groupByFolder, type SectionId } from './sessionGroups';
import { SessionListModel } from './sessionListModel';
import type { FolderNode, GroupNode, SessionNode, SessionsTreeNode } from './sessionNode';
import { createTreeItem } from './sessionTreeItem';

export interface SessionsTreeData {
  /** Opens the store on first use; rejects with a `store/*` error. */
  sessions(): Promise<SessionCatalog>;
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
  currentSessionId(): SessionId | null;
  readonly clock: Clock;
}

interface Loaded {
  readonly model: SessionListModel;
  readonly keys: readonly WorkspaceKey[];
}

/**
 * Data of the sessions tree. Opens the store when VS Code first asks for the children of the root, and from then on
 * follows the manager's changes only; nobody else refreshes it.
 */
export class SessionsTreeDataProvider implements vscode.TreeDataProvider<SessionsTreeNode>, vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly treeDataChanged = this.store.add(new vscode.EventEmitter<SessionsTreeNode[] | undefined>());
  private readonly opened = this.store.add(new vscode.EventEmitter<unknown>());
  private loading: Promise<Loaded> | undefined;
  private loaded: Loaded | undefined;
  private subscribedTo: SessionCatalog | undefined;
  private nodes = new Map<SessionId, SessionNode>();

  readonly onDidChangeTreeData = this.treeDataChanged.event;
  /** Fires after each try to open the sessions, with the error or undefined. */
  readonly onDidOpen: vscode.Event<unknown> = this.opened.event;

  constructor(private readonly data: SessionsTreeData) {}

  getTreeItem(node: SessionsTreeNode): vscode.TreeItem {
    return createTreeItem(node, {
      now: this.data.clock.now(),
      locale: vscode.env.language,
      currentId: this.data.currentSessionId(),
      isLocal: (session) => this.loaded === undefined || belongsTo(session, this.loaded.keys),
    });
  }

  async getChildren(node?: SessionsTreeNode): Promise<SessionsTreeNode[]> {
    if (node === undefined) {
      return this.getRoots();
    }
    const { model } = await this.load();
    switch (node.kind) {
      case 'group':
        return this.getGroupChildren(model, node);
      case 'folder':
        return (await this.sessionsOfFolder(model, node.directory)).map((session) => this.nodeOf(session));
      default:
        return [];
    }
  }

  getParent(node: SessionsTreeNode): SessionsTreeNode | undefined {
    switch (node.kind) {
      case 'session':
        return this.parentOfSession(node.session);
      case 'folder':
        return { kind: 'group', group: 'others' };
      case 'more':
        return node.parent;
      default:
        return undefined;
    }
  }

  /** The element of a session that the tree has read. */
  findNode(id: SessionId): SessionNode | undefined {
    const session = this.loaded?.model.find(id);
    return session === undefined ? undefined : this.nodeOf(session);
  }

  /** Draws everything anew without reading: with the time, sessions move from one day's group to another's. */
  redraw(): void {
    this.treeDataChanged.fire(undefined);
  }

  /** Draws the rows of some sessions anew, those that have one. */
  redrawSessions(ids: readonly SessionId[]): void {
    const nodes = ids.flatMap((id) => this.nodes.get(id) ?? []);
    if (nodes.length > 0) {
      this.treeDataChanged.fire(nodes);
    }
  }

  /** Reads everything anew, as after another window wrote or a folder came or went. */
  reload(): void {
    this.loading = undefined;
    this.treeDataChanged.fire(undefined);
  }

  showMore(section: SectionId): void {
    this.loaded?.model.showMore(section);
    this.treeDataChanged.fire(undefined);
  }

  dispose(): void {
    this.store.dispose();
  }

  private async getRoots(): Promise<SessionsTreeNode[]> {
    try {
      const { model } = await this.load();
      const groups = await model.visibleGroups(this.data.clock.now());
      this.opened.fire(undefined);
      return groups.map((group): GroupNode => ({ kind: 'group', group }));
    } catch (error) {
      this.loading = undefined;
      this.opened.fire(error);
      return [{ kind: 'retry' }];
    }
  }

  private async getGroupChildren(model: SessionListModel, node: GroupNode): Promise<SessionsTreeNode[]> {
    const now = this.data.clock.now();
    const sessions = await model.sessionsOf(node.group, now);
    const children: SessionsTreeNode[] =
      node.group === 'others'
        ? [...groupByFolder(sessions).keys()].map((directory): FolderNode => ({ kind: 'folder', directory }))
        : sessions.map((session) => this.nodeOf(session));
    const section = model.continuationOf(node.group, now);
    return section === undefined ? children : [...children, { kind: 'more', section, parent: node }];
  }

  private async sessionsOfFolder(model: SessionListModel, directory: string | null): Promise<readonly Session[]> {
    return groupByFolder(await model.sessionsOf('others', this.data.clock.now())).get(directory) ?? [];
  }

  private parentOfSession(session: Session): SessionsTreeNode | undefined {
    const group = this.loaded?.model.groupOf(session, this.data.clock.now());
    if (group === undefined) {
      return undefined;
    }
    return group === 'others' ? { kind: 'folder', directory: session.directory } : { kind: 'group', group };
  }

  private load(): Promise<Loaded> {
    this.loading ??= this.createModel();
    return this.loading;
  }

  private async createModel(): Promise<Loaded> {
    const catalog = await this.data.sessions();
    const keys = await this.data.workspaceKeys();
    const model = new SessionListModel((filter) => catalog.list(filter), keys);
    if (this.loaded !== undefined) {
      model.restoreShownCounts(this.loaded.model.shownCounts);
    }
    this.loaded = { model, keys };
    this.nodes = new Map();
    this.follow(catalog);
    return this.loaded;
  }

  private follow(catalog: SessionCatalog): void {
    // A manager made anew, for instance after the store could be opened at last, takes the place of the old one.
    if (this.subscribedTo === catalog) {
      return;
    }
    this.subscribedTo = catalog;
    this.store.add(
      catalog.onDidChangeSessions((change) => {
        if (this.subscribedTo !== catalog) {
          return;
        }
        if (change.kind === 'reset') {
          this.reload();
          return;
        }
        this.applyChange(change);
      }),
    );
  }

  /** A row that only changes its looks is drawn by itself: drawing all of them would disturb the selection. */
  private applyChange(change: SessionsChange): void {
    const before = change.ids.map((id) => this.placeOf(id));
    this.loaded?.model.apply(change);
    const staysInPlace = change.ids.every((id, index) => before[index] === this.placeOf(id));
    for (const session of change.sessions) {
      const node = this.nodes.get(session.id);
      if (node !== undefined) {
        node.session = session;
      }
    }
    if (staysInPlace) {
      this.redrawSessions(change.ids);
    } else {
      this.treeDataChanged.fire(undefined);
    }
  }

  /** Where the row of a session stands, as far as a change of that session alone can move it. */
  private placeOf(id: SessionId): string | undefined {
    const session = this.loaded?.model.find(id);
    return session === undefined
      ? undefined
      : [this.loaded?.model.groupOf(session, this.data.clock.now()), session.updatedAt, session.directory].join(' ');
  }

  private nodeOf(session: Session): SessionNode {
    const node = this.nodes.get(session.id) ?? { kind: 'session', session };
    node.session = session;
    this.nodes.set(session.id, node);
    return node;
  }
}
