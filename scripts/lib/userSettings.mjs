import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const demoProviderId = 'demo';

/**
 * Writes the settings that `npm start` needs into a settings file of its own VS Code, keeping what is there.
 *
 * @param {string} file
 * @param {{ demoBaseUrl: string | undefined, demoModelId: string, trustFolder: boolean }} wanted
 * @returns {boolean} false when the file could not be read; then it is left as it is.
 */
export function prepareUserSettings(file, wanted) {
  let present = {};
  if (existsSync(file)) {
    try {
      present = JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      // It may hold comments or a slip of the pen; either way it is the person's file.
      return false;
    }
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...defaults, ...present, ...owned(present, wanted) }, undefined, 2));
  return true;
}

const defaults = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
};

function owned(present, { demoBaseUrl, demoModelId, trustFolder }) {
  const others = (present['rejoin.providers'] ?? []).filter((provider) => provider?.id !== demoProviderId);
  const demoModel = `${demoProviderId}/${demoModelId}`;
  const chosenModel = present['rejoin.defaultModel'] === demoModel ? '' : (present['rejoin.defaultModel'] ?? '');
  const demoProvider = {
    id: demoProviderId,
    kind: 'openai-compatible',
    label: 'Demo (local, no AI)',
    baseUrl: demoBaseUrl,
    models: [demoModelId],
  };
  return {
    'security.workspace.trust.enabled': !trustFolder,
    'rejoin.providers': demoBaseUrl === undefined ? others : [...others, demoProvider],
    'rejoin.defaultModel': chosenModel === '' && demoBaseUrl !== undefined ? demoModel : chosenModel,
  };
}
