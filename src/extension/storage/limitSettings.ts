import * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';
import { readSetting, settingDefaults, type SettingKey } from '../contributions/configuration';

/** 0 sets no limit. */
export interface LimitSettings {
  /** Sessions of one folder. */
  readonly maxSessions: number;
  /** For sessions of this window's folders. */
  readonly retentionDays: number;
  /** For all others: what one workspace asks for is nothing to the sessions of another. */
  readonly retentionDaysElsewhere: number;
}

type LimitKey = Extract<SettingKey, 'session.maxSessions' | 'session.retentionDays'>;

/** Reads the limits as they stand now. A value that is none is told once in the log and sets no limit. */
export function createLimitReader(logger: Logger): () => LimitSettings {
  const told = new Set<string>();
  const checked = (key: LimitKey, value: unknown): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
      return value;
    }
    const note = `rejoin.${key} is ${JSON.stringify(value)}: a whole number from 0 on is expected, so no limit is set`;
    if (!told.has(note)) {
      told.add(note);
      logger.warn(note);
    }
    return 0;
  };
  const ofUser = (key: LimitKey): unknown =>
    vscode.workspace.getConfiguration('rejoin').inspect(key)?.globalValue ?? settingDefaults[key];
  return () => ({
    maxSessions: checked('session.maxSessions', readSetting('session.maxSessions')),
    retentionDays: checked('session.retentionDays', readSetting('session.retentionDays')),
    retentionDaysElsewhere: checked('session.retentionDays', ofUser('session.retentionDays')),
  });
}
