import type { SourcePosition, SourceRange } from './sourceProblem';

/** Turns offsets of a text into lines and characters and back. Lines end at `\n`, `\r\n` or `\r`, as editors count them. */
export class LineIndex {
  private readonly starts: readonly number[];

  constructor(private readonly text: string) {
    this.starts = lineStarts(text);
  }

  positionAt(offset: number): SourcePosition {
    const bounded = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= bounded) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return { line: low, character: bounded - (this.starts[low] ?? 0) };
  }

  /** A place behind the end of its line or of the text is taken for that end. */
  offsetAt({ line, character }: SourcePosition): number {
    const start = this.starts[line];
    const end = this.starts[line + 1] ?? this.text.length;
    return start === undefined ? this.text.length : Math.min(start + character, end);
  }

  rangeAt(start: number, end: number): SourceRange {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 10 || (unit === 13 && text.charCodeAt(index + 1) !== 10)) {
      starts.push(index + 1);
    }
  }
  return starts;
}
