import { isFields } from '../session/eventFields';
import type { SessionRecord } from '../session/sessionRecord';
import type { Checkpoint1 } from './checkpoint';
import { parseExactly } from './eventData';

type AtmosContext = NonNullable<Checkpoint1['context']>;

/** Where the parts of a file of 1.0 are kept that a session of ours has no place for. */
export const metadataKey = 'checkpoint.metadata';
export const contextKey = 'checkpoint.context';

/** Metadata that came with the session from a file of 1.0. */
export function atmosMetadata(record: SessionRecord): Readonly<Record<string, unknown>> | undefined {
  return storedObject(record, metadataKey);
}

/** What came with the session from such a file, and else what is attached to it. */
export function atmosContext(record: SessionRecord): AtmosContext | undefined {
  const stored = (storedObject(record, contextKey) ?? {}) as AtmosContext;
  const attached = record.context.filter(({ type }) => type === 'file').map(({ key }) => key);
  const files = [...new Set([...(stored.files_accessed ?? []), ...attached])];
  const folder = stored.working_directory ?? record.session.directory;
  const context = {
    ...stored,
    ...(files.length === 0 ? {} : { files_accessed: files }),
    ...(folder === null ? {} : { working_directory: folder }),
  };
  return Object.keys(context).length === 0 ? undefined : context;
}

function storedObject({ metadata }: SessionRecord, key: string): Readonly<Record<string, unknown>> | undefined {
  const stored = metadata.find((entry) => entry.key === key);
  const value = stored === undefined ? undefined : parseExactly(stored.value);
  return isFields(value) ? value : undefined;
}
