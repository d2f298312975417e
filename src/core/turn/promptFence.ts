const shortestFence = 3;

/** A line of backticks, more of them than stand together anywhere in the texts: none of them can close it. */
export function fenceFor(...texts: readonly string[]): string {
  let longest = shortestFence - 1;
  for (const text of texts) {
    for (const [run] of text.matchAll(/`{3,}/g)) {
      longest = Math.max(longest, run.length);
    }
  }
  return '`'.repeat(longest + 1);
}

/** The text between two lines that it cannot contain. */
export function fenced(text: string, fence = fenceFor(text)): string {
  return `${fence}\n${text}\n${fence}`;
}
