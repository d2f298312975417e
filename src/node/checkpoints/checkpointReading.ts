import {
  checkpointLimits,
  type Checkpoint1,
  type Checkpoint2,
  type CheckpointProblem,
  type CheckpointSyntax,
} from '../../core/checkpoint/checkpoint';
import { checkpointToRecord } from '../../core/checkpoint/checkpointMapper';
import { checkpointMarkdown } from '../../core/checkpoint/checkpointMarkdown';
import { parseCheckpoint } from '../../core/checkpoint/checkpointParser';
import { withPlainIds } from '../../core/checkpoint/plainIds';
import { summarizeCheckpoint, type CheckpointSummary } from '../../core/checkpoint/checkpointSummary';
import { checkpoint1ToRecord } from '../../core/checkpoint/checkpointV1';
import { toInvocationId } from '../../core/session/session';
import type { SessionRecord } from '../../core/session/sessionRecord';
import { cleanTitle } from '../../core/session/sessionTitle';
import { decodeText, readTextFile } from '../files/textFile';
import { seededIds, seedOf } from './seededIds';

/** Where the text of a checkpoint is: on disk, in bytes of another file system, or in an editor. */
export type CheckpointText =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bytes'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'editor'; readonly path: string; readonly text: string };

export interface CheckpointRequest {
  readonly text: CheckpointText;
  readonly syntax: CheckpointSyntax;
  /** What is made of a file without errors, besides the list of its problems. */
  readonly wanted: 'problems' | 'markdown' | 'session';
  /** Unix milliseconds: for whatever the file has no time of. */
  readonly now: number;
}

/** A session as a file has it. */
export interface CheckpointSession {
  readonly summary: CheckpointSummary;
  /** Of Atmos 1.0 without a folder. */
  readonly record: SessionRecord;
  /** What the ids follow from where this file comes to stand beside the session that it was made of. */
  readonly copySeed: string;
}

export interface CheckpointReading {
  readonly problems: readonly CheckpointProblem[];
  /** Each is there when it was wanted and the file has no error. */
  readonly markdown?: string;
  readonly session?: CheckpointSession;
}

/** Reads checkpoints without keeping anything else waiting, however large or hostile they are. */
export interface CheckpointReader {
  /** Rejects with `file/*`, or with `cancelled` when it is aborted. */
  read(request: CheckpointRequest, signal: AbortSignal): Promise<CheckpointReading>;
}

/** Reads and checks a checkpoint on the spot, which can take many seconds. Rejects with `file/*`. */
export async function readCheckpoint(request: CheckpointRequest): Promise<CheckpointReading> {
  const parsed = parseCheckpoint(await textOf(request.text), request.syntax);
  const problems = parsed.problems.map(withShortPath);
  const { document } = parsed;
  if (document === undefined || request.wanted === 'problems') {
    return { problems };
  }
  const seed = JSON.stringify(document);
  const record = toRecord(document, seed, request.now);
  return request.wanted === 'markdown'
    ? { problems, markdown: checkpointMarkdown(record, { exportedAt: request.now, context: true }) }
    : {
        problems,
        session: { summary: summarizeCheckpoint(document, problems), record, copySeed: seedOf(`copy ${seed}`) },
      };
}

async function textOf(text: CheckpointText): Promise<string> {
  const { maxBytes } = checkpointLimits;
  switch (text.kind) {
    case 'file':
      return readTextFile(text.path, maxBytes);
    case 'bytes':
      return decodeText(text.path, text.bytes, maxBytes);
    case 'editor':
      return text.text;
  }
}

function toRecord(document: Checkpoint1 | Checkpoint2, seed: string, now: number): SessionRecord {
  const ids = seededIds(seedOf(seed));
  if (document.version === '2.0') {
    const { session, ...lists } = withPlainIds(checkpointToRecord(document), ids);
    // Titles of ours are clean; one that is as long as the file would be read with every list.
    return { ...lists, session: { ...session, title: cleanTitle(session.title) } };
  }
  const invocationId = toInvocationId(ids.next());
  return checkpoint1ToRecord(document, { ids, now, key: { directory: null, gitRoot: null }, invocationId });
}

const longestKey = 200;

/** A path is there to find a place by; the names in a hostile file can be as long as the file. */
function withShortPath(problem: CheckpointProblem): CheckpointProblem {
  const path = problem.path.map((key) => (typeof key === 'string' ? key.slice(0, longestKey) : key));
  return { ...problem, path };
}
