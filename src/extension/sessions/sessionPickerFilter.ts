import * as vscode from 'vscode';
import type { SessionState } from '../../core/session/sessionService';

/** Which sessions the picker shows. */
export interface SessionPickerFilter {
  /** Undefined for all providers. */
  readonly provider?: string | undefined;
  /** Only those of the folders of this window. */
  readonly onlyWorkspace: boolean;
  readonly withArchived: boolean;
}

export type FilterAction = 'provider' | 'folder' | 'archived';
export type FilterButton = vscode.QuickInputButton & { readonly action: FilterAction };

export const noFilter: SessionPickerFilter = { onlyWorkspace: false, withArchived: true };

/** Buttons that change the filter; the looks of each tell how it stands. */
export function filterButtons(filter: SessionPickerFilter, states: readonly SessionState[]): readonly FilterButton[] {
  const button = (action: FilterAction, icon: string, tooltip: string): FilterButton => ({
    action,
    iconPath: new vscode.ThemeIcon(icon),
    tooltip,
  });
  const { provider, onlyWorkspace, withArchived } = filter;
  return [
    button('provider', provider === undefined ? 'filter' : 'filter-filled', vscode.l10n.t('Show Only One Provider')),
    onlyWorkspace
      ? button('folder', 'folder-active', vscode.l10n.t('Show Sessions of All Folders'))
      : button('folder', 'folder', vscode.l10n.t('Show Only Sessions of This Workspace')),
    ...(canHideArchived(states)
      ? [
          withArchived
            ? button('archived', 'archive', vscode.l10n.t('Hide Archived Sessions'))
            : button('archived', 'inbox', vscode.l10n.t('Show Archived Sessions')),
        ]
      : []),
  ];
}

/** The filter in few words, for the title of the picker; empty for one that shows everything. */
export function filterText(
  { provider, onlyWorkspace, withArchived }: SessionPickerFilter,
  providerLabel: (id: string) => string,
): string {
  return [
    ...(provider === undefined ? [] : [providerLabel(provider)]),
    ...(onlyWorkspace ? [vscode.l10n.t('this workspace')] : []),
    ...(withArchived ? [] : [vscode.l10n.t('not archived')]),
  ].join(' · ');
}

/** The states to ask for. */
export function statesOf(filter: SessionPickerFilter, states: readonly SessionState[]): readonly SessionState[] {
  return filter.withArchived || !canHideArchived(states) ? states : states.filter((state) => state !== 'archived');
}

function canHideArchived(states: readonly SessionState[]): boolean {
  return states.length > 1 && states.includes('archived');
}
