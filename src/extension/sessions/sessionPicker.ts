import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Clock, Logger } from '../../core/base/ports';
import type { Session, SessionId, WorkspaceKey } from '../../core/session/session';
import type { SessionState } from '../../core/session/sessionService';
import { formatRelativeTime } from './relativeTime';
import type { SessionCatalog } from './sessionCatalog';
import { belongsTo } from './sessionGroups';
import { folderLabelOf, messageCountText, titleOf } from './sessionTreeItem';
import { plainTitle, withoutIcons } from './sessionText';

export interface PickOptions {
  readonly title: string;
  readonly states: readonly SessionState[];
  /** Only pinned or only unpinned sessions. */
  readonly pinned?: boolean;
  /** Offers a new session above the others. */
  readonly offerNew?: boolean;
}

export type SessionChoice = SessionId | 'new';

export interface SessionPickerDeps {
  sessions(): Promise<SessionCatalog>;
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
  currentSessionId(): SessionId | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface SessionItem extends vscode.QuickPickItem {
  readonly choice?: SessionChoice;
}

/** Sessions read at once; typing finds those beyond by their title. */
const sessionLimit = 300;
const searchDelayMs = 150;

/** Asks for a session: those of this window's folders first. Undefined when the person cancels. */
export async function pickSession(deps: SessionPickerDeps, options: PickOptions): Promise<SessionChoice | undefined> {
  const picker = new SessionPicker(deps, options, await deps.sessions(), await deps.workspaceKeys());
  try {
    return await picker.run();
  } finally {
    picker.dispose();
  }
}

class SessionPicker {
  private readonly store = new DisposableStore();
  private readonly picker = this.store.add(vscode.window.createQuickPick<SessionItem>());
  private readonly renameButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('edit'),
    tooltip: vscode.l10n.t('Rename Session'),
  };
  private readonly deleteButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('trash'),
    tooltip: vscode.l10n.t('Delete Session'),
  };
  private readonly filterButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('filter'),
    tooltip: vscode.l10n.t('Show Only One Provider'),
  };
  private provider: string | undefined;
  /** True while another prompt has the place of this one. */
  private suspended = false;
  /** True when typing has to ask the store, because not all sessions are loaded. */
  private hasMore = false;
  private loads = 0;

  constructor(
    private readonly deps: SessionPickerDeps,
    private readonly options: PickOptions,
    private readonly catalog: SessionCatalog,
    private readonly keys: readonly WorkspaceKey[],
  ) {
    this.picker.title = options.title;
    this.picker.placeholder = vscode.l10n.t('Choose a session by title, model or folder');
    this.picker.matchOnDescription = true;
    this.picker.buttons = [this.filterButton];
  }

  run(): Promise<SessionChoice | undefined> {
    return new Promise((resolve) => {
      this.store.add(
        this.picker.onDidAccept(() => {
          const choice = this.picker.selectedItems[0]?.choice;
          if (choice !== undefined) {
            resolve(choice);
            this.picker.hide();
          }
        }),
      );
      this.store.add(
        this.picker.onDidHide(() => {
          if (!this.suspended) {
            resolve(undefined);
          }
        }),
      );
      this.store.add(this.picker.onDidTriggerButton(() => this.act(() => this.chooseProvider())));
      this.store.add(
        this.picker.onDidTriggerItemButton(({ item, button }) => {
          const id = item.choice;
          if (id !== undefined && id !== 'new') {
            this.act(() =>
              this.runItemCommand(button === this.renameButton ? 'rejoin.renameSession' : 'rejoin.deleteSession', id),
            );
          }
        }),
      );
      this.searchOnTyping();
      this.picker.show();
      this.act(() => this.load(''));
    });
  }

  dispose(): void {
    this.store.dispose();
  }

  private act(action: () => Promise<void>): void {
    action().catch((error: unknown) => this.deps.logger.error('The session list failed', error));
  }

  private searchOnTyping(): void {
    let timer: NodeJS.Timeout | undefined;
    this.store.add({ dispose: () => clearTimeout(timer) });
    this.store.add(
      this.picker.onDidChangeValue((value) => {
        clearTimeout(timer);
        if (this.hasMore || value === '') {
          timer = setTimeout(() => this.act(() => this.load(value)), searchDelayMs);
        }
      }),
    );
  }

  private async load(value: string): Promise<void> {
    const load = ++this.loads;
    this.picker.busy = true;
    const search = value.trim();
    const filter = {
      states: this.options.states,
      limit: sessionLimit,
      ...(this.options.pinned === undefined ? {} : { pinned: this.options.pinned }),
      ...(this.provider === undefined ? {} : { provider: this.provider }),
      ...(search === '' ? {} : { titlePart: search }),
    };
    try {
      const [local, all] = await Promise.all([
        this.catalog.list({ ...filter, keys: this.keys }),
        this.catalog.list(filter),
      ]);
      if (load !== this.loads) {
        return;
      }
      const others = all.filter((session) => !belongsTo(session, this.keys));
      // A list narrowed by what was typed is complete for that text only.
      this.hasMore = search !== '' || local.length === sessionLimit || all.length === sessionLimit;
      this.showItems(local, others);
    } finally {
      if (load === this.loads) {
        this.picker.busy = false;
      }
    }
  }

  private showItems(local: readonly Session[], others: readonly Session[]): void {
    const section = (label: string, sessions: readonly Session[]): readonly SessionItem[] =>
      sessions.length === 0
        ? []
        : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...sessions.map((session) => this.itemOf(session))];
    const items: readonly SessionItem[] = [
      ...(this.options.offerNew === true
        ? [{ label: `$(add) ${vscode.l10n.t('New session')}`, alwaysShow: true, choice: 'new' as const }]
        : []),
      ...section(vscode.l10n.t('This workspace'), local),
      ...section(vscode.l10n.t('Other folders'), others),
    ];
    this.picker.keepScrollPosition = true;
    this.picker.items = items;
    const current = items.find((item) => item.choice === this.deps.currentSessionId());
    if (current !== undefined && this.picker.value === '') {
      this.picker.activeItems = [current];
    }
  }

  private itemOf(session: Session): SessionItem {
    const isCurrent = session.id === this.deps.currentSessionId();
    const description = [
      ...(isCurrent ? [vscode.l10n.t('current')] : []),
      ...(session.archivedAt === null ? [] : [vscode.l10n.t('archived')]),
      ...(session.deletedAt === null ? [] : [vscode.l10n.t('in the trash')]),
      formatRelativeTime(session.updatedAt, this.deps.clock.now(), vscode.env.language),
      ...(session.model === null ? [] : [plainTitle(session.model, '')]),
      folderLabelOf(session.directory),
      messageCountText(session.messageCount),
    ].join(' · ');
    return {
      label: withoutIcons(titleOf(session)),
      description: withoutIcons(description),
      iconPath: new vscode.ThemeIcon(isCurrent ? 'check' : session.pinned ? 'pinned' : 'comment-discussion'),
      buttons: session.deletedAt === null ? [this.renameButton, this.deleteButton] : [],
      choice: session.id,
    };
  }

  private async runItemCommand(command: 'rejoin.renameSession' | 'rejoin.deleteSession', id: SessionId): Promise<void> {
    await this.whileSuspended(() => vscode.commands.executeCommand(command, id));
    await this.load(this.picker.value);
  }

  private async chooseProvider(): Promise<void> {
    const sessions = await this.catalog.list({ states: this.options.states, limit: sessionLimit });
    const providers = [...new Set(sessions.flatMap((session) => session.provider ?? []))].sort();
    const items: readonly { readonly label: string; readonly provider?: string }[] = [
      { label: vscode.l10n.t('All providers') },
      ...providers.map((provider) => ({ label: withoutIcons(provider), provider })),
    ];
    const choice = await this.whileSuspended(() =>
      vscode.window.showQuickPick(items, {
        title: this.options.title,
        placeHolder: vscode.l10n.t('Show sessions of which provider?'),
      }),
    );
    if (choice !== undefined) {
      this.provider = choice.provider;
      this.picker.buttons = [
        {
          ...this.filterButton,
          iconPath: new vscode.ThemeIcon(this.provider === undefined ? 'filter' : 'filter-filled'),
        },
      ];
      this.picker.title = this.provider === undefined ? this.options.title : `${this.options.title} (${this.provider})`;
    }
    await this.load(this.picker.value);
  }

  private async whileSuspended<T>(prompt: () => Thenable<T>): Promise<T> {
    this.suspended = true;
    try {
      return await prompt();
    } finally {
      this.suspended = false;
      this.picker.show();
    }
  }
}
