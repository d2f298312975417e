import * as path from 'node:path';

/**
 * Absolute path of the folder that holds the sessions. The process of a window starts anywhere, so a relative path
 * means nothing there: it begins at the person's home folder, as `~` does.
 */
export function storeFolder(setting: string, defaultFolder: string, homeFolder: string): string {
  const wanted = setting.trim();
  return wanted === '' ? defaultFolder : path.resolve(homeFolder, wanted.replace(/^~(?=$|[\\/])/, '.'));
}
