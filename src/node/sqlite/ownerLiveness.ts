import type { ProcessIdentity, RunningReply } from '../../core/session/sessionService';
import { isEarlierStart, stateOf } from './processIdentity';

/** A reply's row as far as it says who works on it and whether it moves. */
export type Lease = Pick<RunningReply, 'sessionId' | 'turnId' | 'owner' | 'beats'>;

/** An owner that cannot be asked is given up when its reply has shown no sign of life for this long. */
const silenceMs = 30_000;
/** What one look adds at most: time in which this process itself was suspended is no silence of the other one. */
const longestLookMs = 5000;

interface Observation {
  readonly beats: number;
  readonly seenAt: number;
  readonly silentMs: number;
}

/**
 * Tells owners that work from those that are gone. A process of this machine is asked for; of one elsewhere only the
 * growth of its reply tells, measured by this process's own monotonic time: no wall clock is compared.
 */
export class OwnerLiveness {
  private readonly observed = new Map<string, Observation>();

  constructor(
    private readonly self: ProcessIdentity,
    /** Milliseconds that only ever grow. */
    private readonly monotonicNow: () => number = () => performance.now(),
  ) {}

  /** Of all leases there are, those whose owner is gone. */
  findDead<L extends Lease>(leases: readonly L[]): readonly L[] {
    const present = new Set(leases.map(keyOf));
    [...this.observed.keys()].filter((key) => !present.has(key)).forEach((key) => this.observed.delete(key));
    return leases.filter((lease) => !this.isAlive(lease));
  }

  private isAlive(lease: Lease): boolean {
    const { owner } = lease;
    if (isSameProcess(owner, this.self)) {
      return true;
    }
    if (owner.home === this.self.home) {
      const state = owner.pid === this.self.pid ? 'dead' : stateOf(owner);
      return state === 'unknown' ? this.hasBeaten(lease) : state === 'alive';
    }
    return !isEarlierStart(owner.home, this.self.home) && this.hasBeaten(lease);
  }

  private hasBeaten(lease: Lease): boolean {
    const now = this.monotonicNow();
    const before = this.observed.get(keyOf(lease));
    const silentMs = before?.beats === lease.beats ? before.silentMs + Math.min(now - before.seenAt, longestLookMs) : 0;
    this.observed.set(keyOf(lease), { beats: lease.beats, seenAt: now, silentMs });
    return silentMs < silenceMs;
  }
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.home === other.home && one.started === other.started;
}

function keyOf({ sessionId, turnId }: Lease): string {
  return `${sessionId}/${turnId}`;
}
