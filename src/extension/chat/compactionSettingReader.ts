import * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';
import {
  checkCompactionSettings,
  defaultCompactionSettings,
  type CompactionSettingKey,
  type CompactionSettingProblem,
  type CompactionSettings,
} from '../../core/turn/compactionSettings';

const section = 'rejoin.autoCompact';

/** Reads `rejoin.autoCompact.*` as it stands now. A value that cannot be used is told once, and the default holds for it. */
export function createCompactionSettingReader(logger: Logger): () => CompactionSettings {
  const told = new Set<string>();
  return () => {
    const configuration = vscode.workspace.getConfiguration(section);
    const keys = Object.keys(defaultCompactionSettings) as readonly CompactionSettingKey[];
    const raw = Object.fromEntries(keys.map((key) => [key, configuration.get<unknown>(key)]));
    const { settings, problems } = checkCompactionSettings(raw);
    for (const problem of problems) {
      const id = `${problem.key}: ${JSON.stringify(problem.value)}`;
      if (!told.has(id)) {
        told.add(id);
        logger.warn(`${section}.${id} cannot be used`);
        void tell(problem);
      }
    }
    return settings;
  };
}

async function tell({ key, value, expected }: CompactionSettingProblem): Promise<void> {
  const openSettings = vscode.l10n.t('Open Settings');
  const name = `${section}.${key}`;
  const text = vscode.l10n.t(
    'The setting {0} is {1}, but {2} is expected. Its default holds until it is changed.',
    name,
    JSON.stringify(value),
    expected,
  );
  if ((await vscode.window.showWarningMessage(text, openSettings)) === openSettings) {
    await vscode.commands.executeCommand('workbench.action.openSettings', name);
  }
}
