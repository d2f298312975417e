import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, inProject } from './paths.mjs';
import { run } from './run.mjs';

/**
 * A copy of scripts/sample-folder to try things in, made once, as a Git repository when git is here.
 * @returns {Promise<string>} its path
 */
export async function ensureSampleFolder(folder = path.join(cacheRoot, 'sample-workspace', 'tide-table')) {
  if (existsSync(folder)) return folder;
  cpSync(inProject('scripts', 'sample-folder'), folder, { recursive: true });
  const identity = ['-c', 'user.name=Rejoin', '-c', 'user.email=sample@localhost', '-c', 'commit.gpgsign=false'];
  try {
    await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
    await run('git', ['add', '--all'], { cwd: folder });
    await run('git', [...identity, 'commit', '--quiet', '--message', 'A tide table'], { cwd: folder });
  } catch {
    // Without git the sample is a plain folder, which Rejoin treats just as well.
  }
  return folder;
}
