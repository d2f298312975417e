import { appendFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Called by test files, each in a process of its own. */
export function noteSkipped(folder: string, name: string, reason: string): void {
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify([reason, name])}\n`);
}

/** Names of the tests that did not run, by reason. */
export async function readSkipped(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const byReason = new Map<string, string[]>();
  for (const file of await readdir(folder)) {
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const [reason, name] = JSON.parse(line) as [string, string];
      byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
    }
  }
  return byReason;
}
