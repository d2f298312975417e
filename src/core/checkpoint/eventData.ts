import { checkpointLimits, forbiddenKeys, type Checkpoint2 } from './checkpoint';

type CheckpointEvent = Checkpoint2['events'][number];

/** YAML takes no longer key on one line, even if each of its characters is escaped. */
const longestKey = 128;
/** The root, the list of events and the event stand around the data. */
const maxDepth = checkpointLimits.maxDepth - 3;

/** Stored JSON as a value where writing it again gives the same text, and else as it is. */
export function toEventData(stored: string): Pick<CheckpointEvent, 'data' | 'raw'> {
  const value = parseExactly(stored);
  return value === undefined ? { raw: stored } : { data: value };
}

/** JSON as it is stored. */
export function fromEventData({ data, raw }: Pick<CheckpointEvent, 'data' | 'raw'>): string {
  return raw ?? JSON.stringify(data);
}

/** The value of a JSON text; undefined where it would not survive, or may not be in a checkpoint. */
export function parseExactly(stored: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return undefined;
  }
  return isWritable(value, maxDepth) && JSON.stringify(value) === stored ? value : undefined;
}

function isWritable(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return (
    depth > 0 &&
    Object.entries(value).every(
      ([key, child]) => key.length <= longestKey && !forbiddenKeys.includes(key) && isWritable(child, depth - 1),
    )
  );
}
