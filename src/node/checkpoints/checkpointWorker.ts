import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { isAppError, toError } from '../../core/base/errors';
import type { SessionRecord } from '../../core/session/sessionRecord';
import type { CheckpointMessage, ReadingHead, RecordList, RecordPiece } from './checkpointMessages';
import { readCheckpoint, type CheckpointReading, type CheckpointRequest } from './checkpointReading';

/** Taking over a piece keeps the other side busy, so none is large; a single item may be. */
const itemsOfPiece = 500;
const charactersOfPiece = 1024 * 1024;

/** Reads the one checkpoint that the thread was started for, and hands it over. */
async function serve(port: MessagePort, request: CheckpointRequest): Promise<void> {
  const post = (message: CheckpointMessage): void => port.postMessage(message);
  try {
    const { session, ...rest } = await readCheckpoint(request);
    const pieces = session === undefined ? undefined : piecesOf(session.record);
    port.on('message', () => {
      const next = pieces?.next();
      post(next === undefined || next.done === true ? { kind: 'end' } : { kind: 'piece', piece: next.value });
    });
    post({ kind: 'read', head: { ...rest, ...headOf(session) } });
  } catch (error) {
    post({
      kind: 'failed',
      message: toError(error).message,
      ...(isAppError(error) ? { code: error.code, args: error.args } : {}),
    });
  }
}

function headOf(session: CheckpointReading['session']): Pick<ReadingHead, 'session'> {
  return session === undefined ? {} : { session: { ...session, record: { session: session.record.session } } };
}

function* piecesOf({ metadata, context, events }: SessionRecord): Generator<RecordPiece> {
  yield* cut('metadata', metadata);
  yield* cut('context', context);
  yield* cut('events', events);
}

function* cut(list: RecordList, items: RecordPiece['items']): Generator<RecordPiece> {
  let piece: RecordPiece['items'][number][] = [];
  let characters = 0;
  for (const item of items) {
    piece.push(item);
    characters += 'data' in item ? item.data.length : item.value.length;
    if (piece.length >= itemsOfPiece || characters >= charactersOfPiece) {
      yield { list, items: piece };
      piece = [];
      characters = 0;
    }
  }
  yield { list, items: piece };
}

if (parentPort !== null) {
  void serve(parentPort, workerData as CheckpointRequest);
}
