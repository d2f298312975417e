import { AppError, isAppError, type ErrorCode } from '../../core/base/errors';

/** Primary result codes of SQLite, by the failure that a user can act on. */
const codesByResult: ReadonlyMap<number, ErrorCode> = new Map([
  [5, 'store/locked'],
  [6, 'store/locked'],
  [8, 'store/read-only'],
  [3, 'store/read-only'],
  [10, 'store/io'],
  [15, 'store/io'],
  [11, 'store/corrupt'],
  [13, 'store/full'],
  [14, 'store/cannot-open'],
  [26, 'store/not-a-database'],
]);

const shortHeaderRead = 10 | (2 << 8);
/** Where a rollback journal is in use SQLite notices by itself that the file lies elsewhere by now. */
const fileMoved = 8 | (4 << 8);
const constraintViolation = 19;
const foreignKeyViolation = 19 | (3 << 8);
const primaryKeyViolation = 19 | (6 << 8);
const sharedMemoryResults: ReadonlySet<number> = new Set([18, 19, 20, 21].map((n) => 10 | (n << 8)));
const lockingProtocol = 15;
/** What SQLite says of a log where the file system has no notion of shared memory at all. */
const cannotOpen = 14;

/** The extended result code that the binding puts on its errors. */
function resultCodeOf(error: unknown): number | undefined {
  if (isAppError(error)) {
    return resultCodeOf(error.cause);
  }
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    return error.errno;
  }
  return undefined;
}

/** Turns whatever SQLite or the file system threw into an `AppError` that names the file. */
export function toStoreError(error: unknown, path: string): AppError {
  if (isAppError(error)) {
    return error;
  }
  const result = resultCodeOf(error);
  if (result === undefined || result < 0) {
    return toFileError(error, path);
  }
  return new AppError(codeOf(result), { args: { path }, cause: error });
}

function codeOf(result: number): ErrorCode {
  switch (result) {
    case shortHeaderRead:
      // A file that ends inside its own header was cut off.
      return 'store/corrupt';
    case fileMoved:
      return 'store/replaced';
    default:
      return codesByResult.get(result & 0xff) ?? 'internal';
  }
}

function toFileError(error: unknown, path: string): AppError {
  const name = error instanceof Error && 'code' in error ? String(error.code) : '';
  const code: ErrorCode =
    name === 'ENOSPC' || name === 'EDQUOT'
      ? 'store/full'
      : name === 'EROFS'
        ? 'store/read-only'
        : name === 'EIO'
          ? 'store/io'
          : /^E[A-Z0-9]+$/.test(name)
            ? 'store/cannot-open'
            : 'internal';
  return new AppError(code, { args: { path }, cause: error });
}

/** True when nothing in the file can be relied on. */
export function isDamage(error: unknown): error is AppError {
  return isAppError(error, 'store/corrupt', 'store/not-a-database');
}

/** True for a failure whose cause lies outside the file and may go away: then the same access works again. */
export function mayPass(error: unknown): error is AppError {
  return isAppError(error, 'store/full', 'store/io', 'store/locked', 'store/read-only', 'store/cannot-open');
}

/** True when a row refers to a session that is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return resultCodeOf(error) === foreignKeyViolation;
}

/** True when a row of that id is there already. */
export function isPrimaryKeyViolation(error: unknown): boolean {
  return resultCodeOf(error) === primaryKeyViolation;
}

/** True when a row breaks any rule of its table: an id that is taken, a value of the wrong kind. */
export function isConstraintViolation(error: unknown): boolean {
  return ((resultCodeOf(error) ?? 0) & 0xff) === constraintViolation;
}

/** True when it may be that the file system cannot give SQLite the shared memory that write-ahead logging needs. */
export function isSharedMemoryFailure(error: unknown): boolean {
  const result = resultCodeOf(error);
  return (
    result !== undefined &&
    (sharedMemoryResults.has(result) || result === cannotOpen || (result & 0xff) === lockingProtocol)
  );
}
