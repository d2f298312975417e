import { isAppError, type AppError, type ErrorCode } from '../../core/base/errors';
import type { StoreHealth } from '../../core/session/storeHealth';

/** How the store of this window stands. */
export type StoreState =
  | { readonly kind: 'closed' }
  /** `loss`: events that were stored once and are not in the file any more; 0 = none. */
  | { readonly kind: 'ok'; readonly loss: number }
  | { readonly kind: 'memory' }
  /** It is open and can be read; writes fail for a cause that may pass. */
  | { readonly kind: 'trouble'; readonly error: AppError }
  | { readonly kind: 'readOnly'; readonly error: AppError }
  /** `canRestore`: the file is damaged or gone, and a backup or what is left of it can take its place. */
  | { readonly kind: 'unavailable'; readonly error: AppError; readonly canRestore: boolean };

/** Causes that go away without anybody touching the file: opening is tried again for as long as they last. */
const passing: readonly ErrorCode[] = [
  'store/locked',
  'store/cannot-open',
  'store/full',
  'store/io',
  'store/read-only',
  'store/replaced',
  // Another window may be putting a file in the place, and a disk can be connected again.
  'store/missing-data',
  'store/gone',
];
const restorable: readonly ErrorCode[] = ['store/corrupt', 'store/not-a-database', 'store/missing-data', 'store/gone'];

export function mayPassByItself(error: AppError): boolean {
  // A backup that has to come before a migration fails for the same causes.
  const cause = isAppError(error, 'store/backup-failed') && isAppError(error.cause) ? error.cause : error;
  return isAppError(cause, ...passing);
}

/** Opening, or opening it for writing, is tried again by itself. */
export function isTriedAgain(state: StoreState): boolean {
  return (state.kind === 'unavailable' || state.kind === 'readOnly') && mayPassByItself(state.error);
}

/** The person knows of the one already when the other is told. */
export function isSameTrouble(one: StoreState, other: StoreState): boolean {
  return 'error' in one && 'error' in other && one.kind === other.kind && one.error.code === other.error.code;
}

export function unavailable(error: AppError): StoreState {
  return { kind: 'unavailable', error, canRestore: isAppError(error, ...restorable) };
}

/** State of an open store on disk. */
export function stateOfOpen(health: StoreHealth, loss: number): StoreState {
  switch (health.kind) {
    case 'ok':
      return { kind: 'ok', loss };
    case 'trouble':
    case 'readOnly':
      return health;
    case 'broken':
      return unavailable(health.error);
  }
}
