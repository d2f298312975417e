import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Path of desktop VS Code's `code` command when it can open a window here, or undefined. */
export function findDesktopCode() {
  // Inside a remote window or container `code` talks to the window's own VS Code, which cannot start another for development.
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined) return undefined;
  // VS Code refuses to run as root, and on Linux it needs a display.
  if (process.platform === 'linux') {
    const hasDisplay = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
    if (!hasDisplay || process.getuid() === 0) return undefined;
  }
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((candidate) => existsSync(candidate));
}

/**
 * Opens a window with the extension under development, on settings of its own, and waits until it is closed.
 *
 * @param {string} code path of the `code` command
 * @param {{ extensionFolder: string, folder: string, userDataFolder: string, extensionsFolder: string }} options
 */
export async function openDesktopWindow(code, { extensionFolder, folder, userDataFolder, extensionsFolder }) {
  const args = [
    `--extensionDevelopmentPath=${extensionFolder}`,
    `--user-data-dir=${userDataFolder}`,
    `--extensions-dir=${extensionsFolder}`,
    '--new-window',
    '--wait',
    folder,
  ];
  // A .cmd file starts only through a shell, which needs the quotes.
  const child =
    process.platform === 'win32'
      ? spawn(
          `"${code}"`,
          args.map((arg) => `"${arg}"`),
          { shell: true, stdio: 'inherit' },
        )
      : spawn(code, args, { stdio: 'inherit' });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
