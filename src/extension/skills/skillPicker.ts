import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import { withoutIcons } from '../sessions/sessionText';
import type { BadSkill, FoundSkill, UsableSkill } from './skillReader';

export type SkillChoice =
  | { readonly kind: 'skill'; readonly skill: UsableSkill }
  | { readonly kind: 'none' }
  | { readonly kind: 'new' }
  /** Shows the file, of a bad skill at its fault. */
  | { readonly kind: 'open'; readonly skill: FoundSkill };

interface SkillItem extends vscode.QuickPickItem {
  readonly choice?: SkillChoice;
}

/** Asks for a skill. Undefined when the person cancels. */
export function pickSkill(entries: readonly FoundSkill[], current: string | null): Promise<SkillChoice | undefined> {
  const store = new DisposableStore();
  const picker = store.add(vscode.window.createQuickPick<SkillItem>());
  const items = itemsOf(entries, current);
  picker.title = vscode.l10n.t('Choose Skill');
  picker.placeholder = placeholderOf(entries, current);
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.items = items;
  picker.activeItems = items.filter(({ choice }) => isCurrent(choice, current));
  return new Promise<SkillChoice | undefined>((resolve) => {
    store.add(picker.onDidHide(() => resolve(undefined)));
    store.add(picker.onDidAccept(() => resolve(picker.selectedItems[0]?.choice)));
    store.add(
      picker.onDidTriggerItemButton(({ item: { choice } }) =>
        resolve(choice?.kind === 'skill' ? { kind: 'open', skill: choice.skill } : undefined),
      ),
    );
    picker.show();
  }).finally(() => store.dispose());
}

function itemsOf(entries: readonly FoundSkill[], current: string | null): readonly SkillItem[] {
  const usable = entries.filter((entry) => entry.kind === 'usable');
  const bad = entries.filter((entry) => entry.kind === 'bad');
  const section = (label: string, items: readonly SkillItem[]): readonly SkillItem[] =>
    items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
  const ofScope = (scope: FoundSkill['scope']): readonly SkillItem[] =>
    usable.filter((entry) => entry.scope === scope).map((entry) => usableItem(entry, current));
  return [
    withMark({ label: vscode.l10n.t('No skill'), choice: { kind: 'none' } }, current),
    ...section(vscode.l10n.t('This workspace'), ofScope('workspace')),
    ...section(vscode.l10n.t('Home folder'), ofScope('user')),
    ...section(vscode.l10n.t('With errors'), bad.map(badItem)),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: `$(add) ${vscode.l10n.t('New Skill…')}`, alwaysShow: true, choice: { kind: 'new' } },
  ];
}

function usableItem(entry: UsableSkill, current: string | null): SkillItem {
  const { name, description, model, tools } = entry.skill;
  const notes = [
    ...(model === null ? [] : [model]),
    ...(tools === null ? [] : [tools.length === 0 ? vscode.l10n.t('no tools') : tools.join(', ')]),
  ];
  return withMark(
    {
      label: name,
      description: withoutIcons(notes.join(' · ')),
      detail: withoutIcons(description),
      buttons: [{ iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: vscode.l10n.t('Open SKILL.md') }],
      choice: { kind: 'skill', skill: entry },
    },
    current,
  );
}

function badItem(entry: BadSkill): SkillItem {
  return {
    label: `$(warning) ${withoutIcons(entry.name)}`,
    description: withoutIcons(vscode.l10n.t('Line {0}: {1}', entry.line, entry.problem)),
    detail: withoutIcons(vscode.workspace.asRelativePath(entry.uri)),
    choice: { kind: 'open', skill: entry },
  };
}

function withMark(item: SkillItem, current: string | null): SkillItem {
  return isCurrent(item.choice, current) ? { ...item, iconPath: new vscode.ThemeIcon('check') } : item;
}

function isCurrent(choice: SkillChoice | undefined, current: string | null): boolean {
  return choice?.kind === 'skill' ? choice.skill.name === current : choice?.kind === 'none' && current === null;
}

function placeholderOf(entries: readonly FoundSkill[], current: string | null): string {
  if (current !== null && !entries.some(({ kind, name }) => kind === 'usable' && name === current)) {
    return vscode.l10n.t('The skill “{0}” of this session is not there. Choose another one.', current);
  }
  return vscode.workspace.isTrusted
    ? vscode.l10n.t('Which skill should the model follow in this session?')
    : vscode.l10n.t('Skills of this workspace are left out until you trust it.');
}
