import { AppError, isAppError, type ErrorCode } from '../../core/base/errors';

/** What Node and the file systems of VS Code call a failure, by what a person can do about it. */
const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'file/not-found',
  ENOTDIR: 'file/not-found',
  FileNotFound: 'file/not-found',
  FileNotADirectory: 'file/not-found',
  EISDIR: 'file/is-folder',
  ENOTEMPTY: 'file/is-folder',
  FileIsADirectory: 'file/is-folder',
  EACCES: 'file/denied',
  EPERM: 'file/denied',
  EROFS: 'file/denied',
  NoPermissions: 'file/denied',
  ENOSPC: 'file/disk-full',
  EDQUOT: 'file/disk-full',
};

/** Turns whatever a file system threw into an `AppError` that names the file. */
export function toFileError(error: unknown, path: string): AppError {
  if (isAppError(error)) {
    return error;
  }
  const name = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new AppError(codes[name] ?? 'file/failed', { args: { path, detail: name }, cause: error });
}
