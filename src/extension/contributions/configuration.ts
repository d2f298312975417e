import * as vscode from 'vscode';

/** Settings of `package.json` with their defaults; a unit test keeps the two alike. */
export const settingDefaults = {
  'session.continueMinutes': 60,
  'session.maxSessions': 0,
  'session.retentionDays': 0,
  'history.maxMessages': 0,
  'history.maxTokens': 0,
  'autoCompact.enabled': true,
  'autoCompact.triggerThreshold': 0.75,
  'autoCompact.compactRatio': 0.4,
  'autoCompact.preserveRecent': 10,
  'autoCompact.useAiSummary': true,
  'autoCompact.showSummaryMarkers': false,
  skill: '',
  'instructions.file': 'AGENTS.md',
  providers: [] as readonly unknown[],
  defaultModel: '',
  'tools.enabled': true,
  enterSends: true,
  'storage.path': '',
} as const;

export type SettingKey = keyof typeof settingDefaults;
type Widen<T> = T extends boolean ? boolean : T extends number ? number : T extends string ? string : T;
export type SettingValue<K extends SettingKey> = Widen<(typeof settingDefaults)[K]>;

/** Settings that decide where keys, messages and files go. `package.json` gives them to the person alone. */
export const personalSettings: readonly SettingKey[] = ['providers', 'defaultModel', 'tools.enabled', 'storage.path'];

/**
 * A setting as it stands now. A value of the wrong type counts as not set, and so does that of a workspace for a setting
 * that is the person's own, whatever VS Code makes of it.
 */
export function readSetting<K extends SettingKey>(key: K): SettingValue<K> {
  const fallback = settingDefaults[key] as SettingValue<K>;
  const configuration = vscode.workspace.getConfiguration('rejoin');
  const value: unknown = personalSettings.includes(key)
    ? configuration.inspect(key)?.globalValue
    : configuration.get(key);
  const isLike = Array.isArray(fallback) ? Array.isArray(value) : typeof value === typeof fallback;
  return isLike ? (value as SettingValue<K>) : fallback;
}

export function affectsSetting(event: vscode.ConfigurationChangeEvent, key: SettingKey): boolean {
  return event.affectsConfiguration(`rejoin.${key}`);
}
