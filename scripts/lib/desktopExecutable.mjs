import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './report.mjs';

const usualPlaces = {
  darwin: [
    '/Applications/Visual Studio Code.app/Contents/MacOS/Code',
    '/Applications/Visual Studio Code.app/Contents/MacOS/Electron',
  ],
  linux: ['/usr/share/code/code', '/opt/visual-studio-code/code'],
  win32: [path.join(process.env.LOCALAPPDATA ?? 'C:\\', 'Programs', 'Microsoft VS Code', 'Code.exe')],
};

/**
 * The desktop VS Code to run tests in: the one that `REJOIN_VSCODE_EXECUTABLE` names, else an installed one that
 * can open a window here, else undefined.
 */
export function findDesktopExecutable() {
  const chosen = process.env.REJOIN_VSCODE_EXECUTABLE;
  if (chosen !== undefined && chosen !== '') {
    if (!existsSync(chosen)) throw new SetupError(`REJOIN_VSCODE_EXECUTABLE names ${chosen}, which does not exist.`);
    return chosen;
  }
  if (process.platform === 'linux' && !(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)) return undefined;
  return usualPlaces[process.platform]?.find((candidate) => existsSync(candidate));
}
