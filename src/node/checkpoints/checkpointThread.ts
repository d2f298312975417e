import { Worker } from 'node:worker_threads';
import { AppError } from '../../core/base/errors';
import type { SessionRecord } from '../../core/session/sessionRecord';
import type { CheckpointMessage, ReadingHead, RecordPiece } from './checkpointMessages';
import type { CheckpointReader, CheckpointReading, CheckpointRequest } from './checkpointReading';

export interface CheckpointThreadOptions {
  /** The bundle that the thread runs. */
  readonly file: string;
  /** Milliseconds after which it is given up. */
  readonly timeoutMs?: number;
  readonly memoryMegabytes?: number;
}

/** Several times what the largest file takes that is no attack, on a slow machine. */
const defaultTimeoutMs = 60_000;
const defaultMemoryMegabytes = 2048;

/** Reads each checkpoint in a thread of its own, which ends with it and whatever happens takes nothing else along. */
export class CheckpointThread implements CheckpointReader {
  constructor(private readonly options: CheckpointThreadOptions) {}

  /** Rejects as `CheckpointReader` says, and with `file/too-demanding` for a file that takes too long or too much memory. */
  async read(request: CheckpointRequest, signal: AbortSignal): Promise<CheckpointReading> {
    const { file, timeoutMs = defaultTimeoutMs, memoryMegabytes = defaultMemoryMegabytes } = this.options;
    if (signal.aborted) {
      throw new AppError('cancelled');
    }
    const worker = new Worker(file, {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
    });
    const tooDemanding = new AppError('file/too-demanding', {
      args: { path: request.text.path, seconds: Math.round(timeoutMs / 1000) },
    });
    try {
      return await new Promise<CheckpointReading>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new AppError('cancelled')), { once: true });
        const timer = setTimeout(() => reject(tooDemanding), timeoutMs);
        timer.unref();
        worker.on('error', (error) => reject(isOutOfMemory(error) ? tooDemanding : error));
        worker.on('exit', () => reject(new Error('The thread ended')));
        const receive = new Receiver(() => worker.postMessage('next'), resolve, reject);
        worker.on('message', (message: CheckpointMessage) => {
          clearTimeout(timer);
          receive.take(message);
        });
      });
    } finally {
      void worker.terminate();
    }
  }
}

/** Puts a reading together again. Asks for each piece when the one before has been taken over, so that others get a turn. */
class Receiver {
  private head: ReadingHead | undefined;
  private readonly lists: Record<RecordPiece['list'], unknown[]> = { metadata: [], context: [], events: [] };

  constructor(
    private readonly askForNext: () => void,
    private readonly resolve: (reading: CheckpointReading) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  take(message: CheckpointMessage): void {
    switch (message.kind) {
      case 'read':
        this.head = message.head;
        if (message.head.session === undefined) {
          this.finish(message.head);
        } else {
          this.askForNext();
        }
        break;
      case 'piece':
        this.lists[message.piece.list].push(...message.piece.items);
        this.askForNext();
        break;
      case 'end':
        if (this.head !== undefined) {
          this.finish(this.head);
        }
        break;
      case 'failed': {
        const { code, args, message: text } = message;
        this.reject(code === undefined ? new Error(text) : new AppError(code, { args: args ?? {} }));
      }
    }
  }

  private finish({ session, ...rest }: ReadingHead): void {
    const lists = this.lists as unknown as Pick<SessionRecord, RecordPiece['list']>;
    this.resolve(
      session === undefined ? rest : { ...rest, session: { ...session, record: { ...session.record, ...lists } } },
    );
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
