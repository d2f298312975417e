import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What is in each file of a folder, apart from SQLite's index of its log, which holds nothing of its own. */
export async function fingerprint(folder: string): Promise<Readonly<Record<string, string>>> {
  const result: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (name.endsWith('-shm') || !(await stat(path)).isFile()) {
      continue;
    }
    const content = await readFile(path);
    // A log without a frame is as good as none.
    if (content.length > 0 || !name.endsWith('-wal')) {
      result[name] = createHash('sha256').update(content).digest('hex');
    }
  }
  return result;
}
