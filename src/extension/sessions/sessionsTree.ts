import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import type { SessionId } from '../../core/session/session';
import { sessionsOfKeyPress } from './focusedSelection';
import type { SectionId } from './sessionGroups';
import type { SessionsTreeNode } from './sessionNode';
import { SessionsTreeDataProvider, type SessionsTreeData } from './sessionsTreeDataProvider';
import { retryCommand, showMoreCommand } from './sessionTreeItem';

export interface SessionsTreeDeps extends SessionsTreeData {
  /** Fires when the chat shows another session. */
  readonly onDidChangeCurrentSession: Event<unknown>;
  /** Fires when a folder was added to or removed from the window. */
  readonly onDidChangeWorkspaceKeys: Event<unknown>;
  /** Fires when the store was opened, could not be opened, or was replaced. */
  readonly onDidChangeStore: Event<unknown>;
  /** Tries again to open a store that could not be opened. */
  retryStore(): Promise<void>;
  readonly logger: Logger;
}

const redrawEveryMs = 60_000;
/** Selects the row with the focus, or takes it out of the selection, without opening it. */
const toggleCommand = 'list.toggleSelection';
const keyPressAttempts = 5;

/** The view `rejoin.sessions`: tree, selection, and the message that stands in for it when the store cannot be opened. */
export class SessionsTree implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly provider: SessionsTreeDataProvider;
  private readonly view: vscode.TreeView<SessionsTreeNode>;
  /** The session whose row bears the mark of the one shown. */
  private marked: SessionId | null = null;
  /** The session whose row was selected last because the chat shows it; the person may have selected another since. */
  private revealed: SessionId | null = null;

  constructor(private readonly deps: SessionsTreeDeps) {
    this.provider = this.store.add(new SessionsTreeDataProvider(deps));
    this.view = this.store.add(
      vscode.window.createTreeView('rejoin.sessions', {
        treeDataProvider: this.provider,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.store.add(this.provider.onDidOpen((error) => this.showOpenResult(error)));
    this.store.add(deps.onDidChangeWorkspaceKeys(() => this.provider.reload()));
    this.store.add(deps.onDidChangeCurrentSession(() => this.followCurrent()));
    this.store.add(
      vscode.commands.registerCommand(showMoreCommand, (section: SectionId) => this.provider.showMore(section)),
    );
    this.store.add(deps.onDidChangeStore(() => this.provider.reload()));
    this.store.add(vscode.commands.registerCommand(retryCommand, () => this.retry()));
    this.redrawWhileVisible();
  }

  get isVisible(): boolean {
    return this.view.visible;
  }

  /** The sessions that a key press in the tree is about; none when the tree changes too fast to tell. */
  async sessionsOfKeyPress(): Promise<readonly SessionId[]> {
    for (let attempt = 0; attempt < keyPressAttempts; attempt++) {
      const before = this.view.selection;
      await vscode.commands.executeCommand(toggleCommand);
      const toggled = this.view.selection;
      await vscode.commands.executeCommand(toggleCommand);
      const sessions = sessionsOfKeyPress(before, toggled, this.view.selection);
      if (sessions !== undefined) {
        return sessions;
      }
    }
    return [];
  }

  dispose(): void {
    this.store.dispose();
  }

  private showOpenResult(error: unknown): void {
    // The type does not allow for it, but only undefined, not an empty text, lets the welcome content show.
    const view: { message?: string | undefined } = this.view;
    // The reason stands in the chat.
    view.message =
      error === undefined
        ? undefined
        : vscode.l10n.t('The sessions cannot be opened. The chat says why and what to do.');
    if (error !== undefined) {
      this.deps.logger.error('The sessions could not be listed', error);
    }
  }

  private async retry(): Promise<void> {
    await this.deps.retryStore();
    this.provider.reload();
  }

  /** The event also tells of changes within the session, which the rows follow by themselves. */
  private followCurrent(): void {
    const id = this.deps.currentSessionId();
    // The row of a new session comes a moment after the chat has it.
    if (id !== this.marked || id !== this.revealed) {
      this.showCurrent();
    }
  }

  private showCurrent(): void {
    const id = this.deps.currentSessionId();
    const marks = [...new Set([this.marked, id])];
    this.marked = id;
    this.provider.redrawSessions(marks.filter((marked) => marked !== null));
    if (this.view.visible) {
      void this.revealCurrent();
    }
  }

  private async revealCurrent(): Promise<void> {
    const id = this.deps.currentSessionId();
    const node = id === null ? undefined : this.provider.findNode(id);
    const { selection } = this.view;
    const isSelected = selection.some((selected) => selected.kind === 'session' && selected.session.id === id);
    // A person who selected several sessions is about to do something with them.
    if (node === undefined || selection.length > 1) {
      return;
    }
    this.revealed = id;
    if (isSelected) {
      return;
    }
    try {
      await this.view.reveal(node, { select: true, focus: false, expand: false });
    } catch (error) {
      // The session may stand below the page that is shown.
      this.deps.logger.debug('The session shown could not be selected in the tree', error);
    }
  }

  private redrawWhileVisible(): void {
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => clearInterval(timer);
    const follow = (visible: boolean): void => {
      stop();
      if (visible) {
        timer = setInterval(() => this.provider.redraw(), redrawEveryMs);
      }
    };
    this.store.add({ dispose: stop });
    this.store.add(
      this.view.onDidChangeVisibility(({ visible }) => {
        follow(visible);
        if (visible) {
          this.provider.redraw();
          this.showCurrent();
        }
      }),
    );
    follow(this.view.visible);
  }
}
