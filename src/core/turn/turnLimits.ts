/** The limits of a turn. Times in milliseconds. All can be set, so that tests need not wait. */
export interface TurnLimits {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly saveAfterMs: number;
  readonly saveAfterBytes: number;
  readonly eagerSaveBytes: number;
  readonly maxReplyBytes: number;
  readonly maxToolRounds: number;
  readonly maxTries: number;
  readonly maxRetryAfterMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly storeRetryMs: number;
  readonly heartbeatMs: number;
  readonly maxStoreTries: number;
}

export const defaultTurnLimits: TurnLimits = {
  // A local server may have to load a model of many gigabytes before its first token.
  firstByteMs: 120_000,
  // Between tokens only the model computes; a silence this long means that the connection is dead.
  idleMs: 60_000,
  // Streamed text is at most one second from disk; the rest of the second is for the write itself.
  saveAfterMs: 750,
  saveAfterBytes: 4096,
  // The partial reply is written whole, so saving every few KB would cost the square of its size. Beyond this only the clock counts.
  eagerSaveBytes: 256 * 1024,
  // Far beyond any useful answer, and still small enough to store and to show.
  maxReplyBytes: 8 * 1024 * 1024,
  // A model that still calls tools after this many requests is most likely going round in circles.
  maxToolRounds: 50,
  maxTries: 3,
  // Nobody should watch a countdown for longer; the person can retry later.
  maxRetryAfterMs: 120_000,
  backoffBaseMs: 1000,
  backoffCapMs: 30_000,
  // Doubled with every failure, up to the cap above.
  storeRetryMs: 1000,
  // A sixth of the silence after which a window on another machine takes a turn for dead.
  heartbeatMs: 5000,
  // Only for failures that do not pass by themselves, and for a window that goes away.
  maxStoreTries: 3,
};
