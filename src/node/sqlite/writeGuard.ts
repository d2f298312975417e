import { isAppError, toError } from '../../core/base/errors';
import type { SqliteConnection } from './sqliteConnection';

/** Asks inside a write transaction whether it may go on; rejects with what forbids it. */
export type WriteGuard = (connection: SqliteConnection) => Promise<void>;

/** What the guard refuses may be what made a write fail before it asked, and says more than the failure. */
export async function refusalBehind(
  failure: unknown,
  connection: SqliteConnection,
  guard: WriteGuard | undefined,
): Promise<unknown> {
  if (guard === undefined || !isAppError(failure, 'internal')) {
    return failure;
  }
  return guard(connection).then(() => failure, toError);
}
