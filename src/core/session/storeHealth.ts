import type { AppError } from '../base/errors';

/** How an open store stands, as far as its last accesses showed. */
export type StoreHealth =
  | { readonly kind: 'ok' }
  /** Writes fail for a cause that may pass (a full disk, a lock): what waits is tried again. */
  | { readonly kind: 'trouble'; readonly error: AppError }
  /** The file can be read and not written, for as long as it is open. */
  | { readonly kind: 'readOnly'; readonly error: AppError }
  /** The file is damaged, gone or another one: nothing more is written to it until it was opened anew. */
  | { readonly kind: 'broken'; readonly error: AppError };
