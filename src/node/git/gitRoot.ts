import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Git's own pointer files are one line; anything longer is something else. */
const maxPointerBytes = 16 * 1024;
const maxConfigBytes = 256 * 1024;

/**
 * The root that all working trees of a repository share, as a real path: the folder of the main working tree, or
 * the git folder itself where there is no main working tree (bare). Null outside of a repository, and where git's
 * own files are broken. A submodule is a repository of its own. A folder that says to belong to a repository which
 * does not know of it stands for itself: sessions of that repository are none of its business.
 * Reads files only; git does not run.
 */
export async function findGitRoot(folder: string): Promise<string | null> {
  let current = await realPathOf(folder);
  while (current !== undefined) {
    const root = await rootAt(current);
    if (root !== undefined) {
      return root;
    }
    const parent = dirname(current);
    current = parent === current ? undefined : parent;
  }
  return null;
}

/** The root if this folder holds a repository, null if it holds a broken one, undefined if it holds none. */
async function rootAt(folder: string): Promise<string | null | undefined> {
  const dotGit = join(folder, '.git');
  const kind = await kindOf(dotGit);
  if (kind === 'file') {
    return rootOfPointer(folder, dotGit);
  }
  if (kind === 'folder' && (await isGitFolder(dotGit))) {
    return folder;
  }
  if (await isGitFolder(folder)) {
    return rootOfGitFolder(folder);
  }
  return undefined;
}

/** A `.git` file names the git folder of a linked working tree, a submodule or a repository kept elsewhere. */
async function rootOfPointer(folder: string, dotGit: string): Promise<string | null> {
  const target = pointerIn(await readSmall(dotGit, maxPointerBytes));
  const gitFolder = target === undefined ? undefined : await realPathOf(resolve(folder, target));
  if (gitFolder === undefined || (await kindOf(join(gitFolder, 'HEAD'))) !== 'file') {
    return null;
  }
  const common = (await readSmall(join(gitFolder, 'commondir'), maxPointerBytes))?.trim();
  if (common === undefined || common === '') {
    return folder;
  }
  const commonFolder = await realPathOf(resolve(gitFolder, common));
  if (commonFolder === undefined || !(await isGitFolder(commonFolder))) {
    return null;
  }
  return (await isLinked(dotGit, gitFolder, commonFolder)) ? rootOfGitFolder(commonFolder) : folder;
}

/** Whether the repository keeps these links itself, and keeps them for this folder or for one that is gone. */
async function isLinked(dotGit: string, gitFolder: string, commonFolder: string): Promise<boolean> {
  const back = (await readSmall(join(gitFolder, 'gitdir'), maxPointerBytes))?.trim() ?? '';
  const target = back === '' ? undefined : await realPathOf(resolve(gitFolder, back));
  return dirname(gitFolder) === join(commonFolder, 'worktrees') && (target === undefined || target === dotGit);
}

async function rootOfGitFolder(gitFolder: string): Promise<string> {
  if (basename(gitFolder) === '.git') {
    return dirname(gitFolder);
  }
  // The git folder of a submodule lies inside that of its parent and says where the files are.
  const config = (await readSmall(join(gitFolder, 'config'), maxConfigBytes)) ?? '';
  const worktree = coreWorktree(config);
  const root = worktree === undefined ? undefined : await realPathOf(resolve(gitFolder, worktree));
  return root !== undefined && (await pointsTo(join(root, '.git'), gitFolder)) ? root : gitFolder;
}

async function pointsTo(dotGit: string, gitFolder: string): Promise<boolean> {
  const target = pointerIn(await readSmall(dotGit, maxPointerBytes));
  return target !== undefined && (await realPathOf(resolve(dirname(dotGit), target))) === gitFolder;
}

function pointerIn(text: string | undefined): string | undefined {
  return /^gitdir:\s*(\S[^\r\n]*)/.exec(text ?? '')?.[1]?.trim();
}

function coreWorktree(config: string): string | undefined {
  let section = '';
  for (const line of config.split('\n')) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim().toLowerCase() ?? section;
    const value = /^\s*worktree\s*=\s*(.+?)\s*$/i.exec(line)?.[1];
    if (section === 'core' && value !== undefined) {
      return value.replace(/^"(.*)"$/, '$1');
    }
  }
  return undefined;
}

async function isGitFolder(folder: string): Promise<boolean> {
  const kinds = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => kindOf(join(folder, name))));
  return kinds[0] === 'file' && kinds[1] === 'folder' && kinds[2] === 'folder';
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}

/** The text of a small regular file; undefined for everything else, such as a pipe that would never end. */
async function readSmall(path: string, maxBytes: number): Promise<string | undefined> {
  if ((await kindOf(path)) !== 'file') {
    return undefined;
  }
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
