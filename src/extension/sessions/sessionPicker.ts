import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import { toError } from '../../core/base/errors';
import type { Clock, Logger } from '../../core/base/ports';
import type { Session, SessionId, WorkspaceKey } from '../../core/session/session';
import type { SessionFilter, SessionState } from '../../core/session/sessionService';
import type { SessionCatalog } from './sessionCatalog';
import { belongsTo } from './sessionGroups';
import {
  filterButtons,
  filterText,
  noFilter,
  statesOf,
  type FilterAction,
  type FilterButton,
  type SessionPickerFilter,
} from './sessionPickerFilter';
import { newSessionItem, sectionOf, type SessionItem } from './sessionPickerItems';
import { withoutIcons, withoutLinks } from './sessionText';

export interface PickOptions {
  readonly title: string;
  readonly states: readonly SessionState[];
  /** Only pinned or only unpinned sessions. */
  readonly pinned?: boolean;
  /** Offers a new session above the others. */
  readonly offerNew?: boolean;
}

export type SessionChoice = NonNullable<SessionItem['choice']>;

export interface SessionPickerDeps {
  sessions(): Promise<SessionCatalog>;
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
  currentSessionId(): SessionId | null;
  /** Name of a provider for people; its id where it is set up no more. */
  readonly providerLabel: (id: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sessions read at once; typing finds those beyond by their title. */
const sessionLimit = 300;
/** Typing, and what other places do to sessions, comes in bursts. */
const settleMs = 150;

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
  private buttons: readonly FilterButton[] = [];
  private filter: SessionPickerFilter = noFilter;
  /** True while another prompt has the place of this one. */
  private suspended = false;
  /** True when typing has to ask the store, because not all sessions are loaded. */
  private hasMore = false;
  private loads = 0;
  private pendingLoad: NodeJS.Timeout | undefined;

  constructor(
    private readonly deps: SessionPickerDeps,
    private readonly options: PickOptions,
    private readonly catalog: SessionCatalog,
    private readonly keys: readonly WorkspaceKey[],
  ) {
    this.picker.placeholder = vscode.l10n.t('Choose a session by title, provider, folder or last message');
    this.picker.matchOnDescription = true;
    this.picker.matchOnDetail = true;
    this.setFilter(noFilter);
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
      this.store.add(
        this.picker.onDidTriggerButton((button) => {
          const action = this.buttons.find((own) => own === button)?.action;
          if (action !== undefined) {
            this.act(() => this.changeFilter(action));
          }
        }),
      );
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
      this.followChanges();
      this.picker.show();
      this.act(() => this.load());
    });
  }

  dispose(): void {
    this.store.dispose();
  }

  private act(action: () => Promise<void>): void {
    action().catch((error: unknown) => this.deps.logger.error('The session list failed', error));
  }

  /** Typing asks for more, and what is done elsewhere shows here too: the undo of a deletion, another window. */
  private followChanges(): void {
    this.store.add({ dispose: () => clearTimeout(this.pendingLoad) });
    this.store.add(this.catalog.onDidChangeSessions(() => this.loadSoon()));
    this.store.add(
      this.picker.onDidChangeValue((value) => {
        if (this.hasMore || value === '') {
          this.loadSoon();
        }
      }),
    );
  }

  private loadSoon(): void {
    clearTimeout(this.pendingLoad);
    this.pendingLoad = setTimeout(() => this.act(() => this.load()), settleMs);
  }

  private async load(): Promise<void> {
    const load = ++this.loads;
    this.picker.busy = true;
    const search = this.picker.value.trim();
    const query = { ...this.query(), limit: sessionLimit, ...(search === '' ? {} : { titlePart: search }) };
    try {
      const [local, all] = await Promise.all([
        this.catalog.list({ ...query, keys: this.keys }),
        this.filter.onlyWorkspace ? [] : this.catalog.list(query),
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

  private query(): Omit<SessionFilter, 'limit' | 'keys'> {
    const { pinned, states } = this.options;
    const { provider } = this.filter;
    return {
      states: statesOf(this.filter, states),
      ...(pinned === undefined ? {} : { pinned }),
      ...(provider === undefined ? {} : { provider }),
    };
  }

  private showItems(local: readonly Session[], others: readonly Session[]): void {
    const currentId = this.deps.currentSessionId();
    const context = {
      now: this.deps.clock.now(),
      currentId,
      providerLabel: this.deps.providerLabel,
      buttons: [this.renameButton, this.deleteButton],
    };
    const items: readonly SessionItem[] = [
      ...(this.options.offerNew === true ? [newSessionItem()] : []),
      ...sectionOf(vscode.l10n.t('This workspace'), local, context),
      ...sectionOf(vscode.l10n.t('Other folders'), others, context),
    ];
    const active = this.picker.activeItems[0]?.choice ?? currentId;
    this.picker.keepScrollPosition = true;
    this.picker.items = items;
    const again = items.find((item) => item.choice === active);
    if (again !== undefined && this.picker.value === '') {
      this.picker.activeItems = [again];
    }
  }

  private async runItemCommand(command: 'rejoin.renameSession' | 'rejoin.deleteSession', id: SessionId): Promise<void> {
    try {
      await this.whileSuspended(() => vscode.commands.executeCommand(command, id));
    } catch (error) {
      // A command that is called with an id leaves it to its caller to tell the person.
      void vscode.window.showErrorMessage(withoutLinks(toError(error).message));
    }
    await this.dropEmptyProvider();
    await this.load();
  }

  /** With the last session of a provider its filter goes, which nobody could choose again. */
  private async dropEmptyProvider(): Promise<void> {
    const { provider } = this.filter;
    if (
      provider !== undefined &&
      (await this.catalog.list({ provider, states: this.options.states, limit: 1 })).length === 0
    ) {
      this.setFilter({ ...this.filter, provider: undefined });
    }
  }

  private setFilter(filter: SessionPickerFilter): void {
    this.filter = filter;
    this.buttons = filterButtons(filter, this.options.states);
    this.picker.buttons = this.buttons;
    const shown = filterText(filter, this.deps.providerLabel);
    this.picker.title = shown === '' ? this.options.title : `${this.options.title} (${shown})`;
  }

  private async changeFilter(action: FilterAction): Promise<void> {
    const { filter } = this;
    switch (action) {
      case 'provider':
        await this.chooseProvider();
        break;
      case 'folder':
        this.setFilter({ ...filter, onlyWorkspace: !filter.onlyWorkspace });
        break;
      case 'archived':
        this.setFilter({ ...filter, withArchived: !filter.withArchived });
        break;
    }
    await this.load();
  }

  private async chooseProvider(): Promise<void> {
    const sessions = await this.catalog.list({ states: this.options.states, limit: sessionLimit });
    const ids = [...new Set(sessions.flatMap((session) => session.provider ?? []))];
    const providers = ids
      .map((provider) => ({ label: withoutIcons(this.deps.providerLabel(provider)), provider }))
      .sort((a, b) => a.label.localeCompare(b.label));
    const items = [{ label: vscode.l10n.t('All providers'), provider: undefined }, ...providers].map((item) =>
      item.provider === this.filter.provider ? { ...item, iconPath: new vscode.ThemeIcon('check') } : item,
    );
    const choice = await this.whileSuspended(() =>
      vscode.window.showQuickPick(items, {
        title: this.options.title,
        placeHolder: vscode.l10n.t('Show sessions of which provider?'),
      }),
    );
    if (choice !== undefined) {
      this.setFilter({ ...this.filter, provider: choice.provider });
    }
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
