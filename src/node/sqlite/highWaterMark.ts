import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Logger } from '../../core/base/ports';

const markFileName = 'sessions.mark';

/** What a database says of itself as a whole. */
export interface StoreState {
  /** Another one for each file that takes the place of a lost one. */
  readonly generation: string;
  /** Events ever stored in it. */
  readonly written: number;
}

/** What is known of a database without opening it. */
export interface HighWaterMark extends StoreState {
  /** Events that were found missing and that nobody has accepted as lost yet. */
  readonly missing: number;
}

/** Beyond this the file is cut down to one line. */
const longestFile = 64 * 1024;
const raisesBetweenLooks = 256;
const linePattern = /^([=+]) (\S+) (\d{1,15}) (\d{1,15}) ([0-9a-f]{8})$/;

/*
 * The file is a list of lines to which any number of windows add at its end, so that none can take back what another
 * wrote. A line that begins with "=" starts anew; "+" raises what the last such line said, if it is of the same
 * generation. Each line carries a checksum, and what is no such line is passed over.
 */

export function markPathOf(databasePath: string): string {
  return join(dirname(databasePath), markFileName);
}

/** The mark of a database; undefined, which says nothing of the database, where there is none that can be read. */
export async function readMark(databasePath: string): Promise<HighWaterMark | undefined> {
  const text = await readFile(markPathOf(databasePath), 'utf8').catch(() => '');
  return parseMark(text);
}

/**
 * Makes what a database says of itself now the mark, whatever was marked before. For whoever puts another file in its
 * place: that file needs a new `generation`, because other windows may still be raising the mark of the earlier one.
 */
export function writeMark(databasePath: string, state: StoreState, missing = 0): Promise<void> {
  return appendFile(markPathOf(databasePath), toLine('=', { ...state, missing }), { mode: 0o600 });
}

/**
 * Events that the mark knows and the database does not. The mark is to be read before the database: it follows what
 * was written, so that it can only be behind. A database of another generation has none of the marked events.
 */
export function missingFrom(mark: HighWaterMark, state: StoreState): number {
  const lost = mark.generation === state.generation ? Math.max(0, mark.written - state.written) : mark.written;
  return mark.missing + lost;
}

/** Raises the mark of one database. Failures are logged and not thrown: the events themselves are stored. */
export class MarkWriter {
  private file: number | undefined;
  private raised = 0;
  private raises = 0;
  private failed = false;
  private closed = false;

  private readonly path: string;

  constructor(
    databasePath: string,
    private readonly generation: string,
    private readonly logger: Logger,
  ) {
    this.path = markPathOf(databasePath);
  }

  /**
   * To be called with what a commit left, after it. Hands some sixty bytes to the system without waiting for the
   * disk: that takes microseconds, less than the way over a thread. True when the file was cut down on this occasion:
   * what another window wrote in the same moment may have gone, so the mark is then to be raised to what the
   * database says.
   */
  raise(written: number): boolean {
    if (this.closed || written <= this.raised) {
      return false;
    }
    try {
      this.file ??= openSync(this.path, 'a', 0o600);
      writeSync(this.file, toLine('+', { generation: this.generation, written, missing: 0 }));
      this.raised = written;
      return this.raises++ % raisesBetweenLooks === 0 && cutDown(this.path);
    } catch (error) {
      this.warn(error);
      return false;
    }
  }

  close(): void {
    this.closed = true;
    if (this.file !== undefined) {
      closeSync(this.file);
      this.file = undefined;
    }
  }

  private warn(error: unknown): void {
    if (!this.failed) {
      this.failed = true;
      this.logger.warn(`${markFileName} could not be written: missing events may go unnoticed`, error);
    }
  }
}

/** Puts one line in the place of all. What the file says stays the same at every moment on the way. */
function cutDown(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  const mark = parseMark(text);
  if (text.length <= longestFile || mark === undefined) {
    return false;
  }
  const line = toLine('=', mark);
  const file = openSync(path, 'r+');
  try {
    writeSync(file, line, 0);
    ftruncateSync(file, Buffer.byteLength(line));
  } finally {
    closeSync(file);
  }
  return true;
}

function parseMark(text: string): HighWaterMark | undefined {
  let mark: HighWaterMark | undefined;
  for (const line of text.split('\n')) {
    const read = parseLine(line);
    if (read !== undefined && (read.startsAnew || mark === undefined)) {
      mark = read.mark;
    } else if (read !== undefined && read.mark.generation === mark?.generation) {
      mark = { ...mark, written: Math.max(mark.written, read.mark.written) };
    }
  }
  return mark;
}

/** A line break comes first too, so that a line that was cut off by a crash spoils none behind it. */
function toLine(kind: '=' | '+', { generation, written, missing }: HighWaterMark): string {
  const content = `${kind} ${generation} ${written} ${missing}`;
  return `\n${content} ${checksumOf(content)}\n`;
}

function parseLine(line: string): { readonly startsAnew: boolean; readonly mark: HighWaterMark } | undefined {
  const [, kind, generation = '', written, missing, checksum] = linePattern.exec(line) ?? [];
  if (kind === undefined || checksum !== checksumOf(line.slice(0, line.lastIndexOf(' ')))) {
    return undefined;
  }
  return { startsAnew: kind === '=', mark: { generation, written: Number(written), missing: Number(missing) } };
}

function checksumOf(content: string): string {
  return crc32(content).toString(16).padStart(8, '0');
}
