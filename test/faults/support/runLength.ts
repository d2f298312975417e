/** `REJOIN_FAULTS=short` is what every change has to pass; without it everything runs. */
export const runLength: 'short' | 'long' = process.env['REJOIN_FAULTS'] === 'short' ? 'short' : 'long';

/** A value for the short run and one for the long one. */
export function byLength<T>(values: { readonly short: T; readonly long: T }): T {
  return values[runLength];
}
