/** Every failure that a user can meet. The extension turns a code into a text; the core never shows one. */
export type ErrorCode =
  | 'cancelled'
  | 'internal'
  | 'session/not-found'
  | 'session/head-moved'
  | 'session/invalid-title'
  | 'session/busy'
  | 'session/busy-elsewhere'
  | 'session/taken-over'
  | 'session/in-trash'
  | 'session/none-shown'
  | 'argument/invalid'
  | 'store/native-module'
  | 'store/sqlite-too-old'
  | 'store/newer-schema'
  | 'store/not-a-database'
  | 'store/corrupt'
  | 'store/missing-data'
  | 'store/gone'
  | 'store/locked'
  | 'store/read-only'
  | 'store/full'
  | 'store/cannot-open'
  | 'store/io'
  | 'store/migration-failed'
  | 'store/closed'
  | 'store/replaced'
  | 'store/backup-failed'
  | 'store/no-backup'
  | 'store/not-scrubbed'
  | 'file/not-found'
  | 'file/is-folder'
  | 'file/denied'
  | 'file/disk-full'
  | 'file/too-large'
  | 'file/not-text'
  | 'file/too-demanding'
  | 'file/failed'
  | 'checkpoint/invalid'
  | 'skill/not-found'
  | 'skill/invalid'
  | 'skill/exists'
  | 'skill/outside'
  | 'context/too-large'
  | 'context/too-many'
  | 'context/binary'
  | 'context/outside'
  | 'context/nothing'
  | 'compaction/empty-summary'
  | 'compaction/longer-summary'
  | 'compaction/nothing-older'
  | 'compaction/nothing-to-undo'
  | 'model/none'
  | 'model/not-found'
  | 'model/provider-not-found'
  | 'model/key-missing'
  | 'model/unauthorized'
  | 'model/forbidden'
  | 'model/rate-limited'
  | 'model/overloaded'
  | 'model/bad-request'
  | 'model/context-too-long'
  | 'model/blocked'
  | 'model/server-error'
  | 'model/unreachable'
  | 'model/connection-lost'
  | 'model/first-byte-timeout'
  | 'model/idle-timeout'
  | 'model/malformed'
  | 'model/incomplete'
  | 'model/reply-too-large'
  | 'provider/invalid'
  | 'provider/insecure-address';

/** Values that fill the placeholders of an error's text. Never message text or keys. */
export type ErrorArguments = Readonly<Record<string, string | number>>;

/** The one error type of the project: a closed code, arguments for its text, and the cause for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly args: ErrorArguments;

  constructor(code: ErrorCode, options: { args?: ErrorArguments; cause?: unknown; message?: string } = {}) {
    super(options.message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.args = options.args ?? {};
  }
}

/** True for an `AppError` of one of the codes, also one made by another copy of this module. */
export function isAppError(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return (
    error instanceof Error &&
    error.name === 'AppError' &&
    (codes.length === 0 || codes.includes((error as AppError).code))
  );
}

/** True for whatever the platform throws when somebody cancelled: that is never an error to show. */
export function isCancellation(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' ||
      error.name === 'Canceled' ||
      error.name === 'CancellationError' ||
      isAppError(error, 'cancelled'))
  );
}

export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

/** Fails to compile where a union has grown a member that is not handled. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled value: ${JSON.stringify(value)}`);
}
