/** Median milliseconds of each task. They take turns, so that whatever slows the machine down slows all of them. */
export async function measureInTurns(
  rounds: number,
  tasks: readonly ((round: number) => Promise<unknown>)[],
): Promise<readonly number[]> {
  const warmUp = Math.ceil(rounds / 10);
  const samples = tasks.map((): number[] => []);
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      await task(round);
      if (round >= warmUp) {
        samples[index]?.push(performance.now() - start);
      }
    }
  }
  return samples.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export const formatMs = (milliseconds: number): string => `${milliseconds.toFixed(3)} ms`;
export const formatRatio = (ratio: number): string => `${ratio.toFixed(2)} ×`;
export const formatCount = (count: number): string => count.toLocaleString('en-US');

export function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(header.map((_, index) => (index === 0 ? '---' : '---:')));
  console.log(['', `### ${title}`, '', line(header), rule, ...rows.map(line)].join('\n'));
}
