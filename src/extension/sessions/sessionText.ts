import { cleanLine, cleanTitle } from '../../core/session/sessionTitle';

/**
 * Titles come from messages, models and imported files, so they may hold anything.
 * Every place of VS Code that shows one reads some characters as markup; each has its own escape here.
 */

/** One line of visible text; `fallback` where nothing is left. */
export function plainTitle(title: string, fallback: string): string {
  return cleanTitle(title) || fallback;
}

/** The longest path that systems know. */
const maxPathLength = 4_096;

/** A path or an address in one line of visible text. */
export function plainPath(path: string): string {
  return cleanLine(path, maxPathLength);
}

/** Keeps a quick pick from drawing `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replace(/\$\((?=[a-z0-9-]+(?:~[a-z0-9-]+)?\))/gi, '\\$(');
}

/** Keeps a notification from making a link, possibly one that runs a command, out of `[text](target)`. */
export function withoutLinks(text: string): string {
  return text.replace(/\](?=\()/g, '] ');
}

/** The last part of a folder's path or URI, as people name it. */
export function folderNameOf(directory: string): string {
  const last = directory.split(/[\\/]+/).findLast((part) => part !== '') ?? directory;
  if (!directory.includes('://')) {
    return last;
  }
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
