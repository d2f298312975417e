import { beforeEach, describe, expect, it, vi } from 'vitest';
import { toSessionId, toTurnId } from '../../../../src/core/session/session';
import type { ProcessIdentity } from '../../../../src/core/session/sessionService';
import { OwnerLiveness, type Lease } from '../../../../src/node/sqlite/ownerLiveness';
import { ownIdentity } from '../../../../src/node/sqlite/processIdentity';

const self = ownIdentity();
const elsewhere: ProcessIdentity = { pid: self.pid, home: 'linux/other/id/pid:[1]/boot', started: self.started };

let now: number;
let liveness: OwnerLiveness;
beforeEach(() => {
  now = 1000;
  liveness = new OwnerLiveness(self, () => now);
});

function lease(owner: ProcessIdentity, beats = 1, turn = 'turn'): Lease {
  return { sessionId: toSessionId('session'), turnId: toTurnId(turn), owner, beats };
}

const isDead = (owner: ProcessIdentity, beats?: number): boolean => liveness.findDead([lease(owner, beats)]).length > 0;

/** Looks once a second, as a window does while a reply runs elsewhere. */
function look(seconds: number, beatsAt: (second: number) => number): boolean {
  let dead = false;
  for (let second = 0; second < seconds; second++) {
    now += 1000;
    dead = isDead(elsewhere, beatsAt(second));
  }
  return dead;
}

describe('the owner of a reply', () => {
  it('is alive when it is this very process, however long nothing comes', () => {
    expect(isDead(self)).toBe(false);
    now += 3_600_000;
    expect(isDead(self)).toBe(false);
  });

  it('is dead at once when another process had the id of this one', () => {
    expect(isDead({ ...self, started: 'before' })).toBe(true);
  });

  it('is dead at once when this machine has been started anew since', () => {
    expect(isDead({ ...self, home: self.home.replace(/[^/]*$/, 'another-start') })).toBe(process.platform === 'linux');
  });

  it('of which nothing can be asked is alive as long as its reply grows', () => {
    expect(look(600, (second) => Math.floor(second / 25))).toBe(false);
  });

  it('of which nothing can be asked is dead after half a minute of silence, not before', () => {
    isDead(elsewhere, 7);
    expect(look(29, () => 7)).toBe(false);
    expect(look(1, () => 7)).toBe(true);
  });

  it('comes back to life with the next sign of it', () => {
    isDead(elsewhere, 7);
    expect(look(40, () => 7)).toBe(true);
    expect(isDead(elsewhere, 8)).toBe(false);
  });

  it('is not given up because this process itself stood still', () => {
    isDead(elsewhere, 7);
    now += 8 * 3_600_000;
    expect(isDead(elsewhere, 7)).toBe(false);
    expect(look(24, () => 7)).toBe(false);
    expect(look(1, () => 7)).toBe(true);
  });

  it('is not judged by the wall clock', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    isDead(elsewhere, 7);
    for (const year of [1970, 2099, 2026]) {
      vi.setSystemTime(Date.UTC(year, 0, 1));
      now += 1000;
      expect(isDead(elsewhere, 7)).toBe(false);
    }
    expect(look(26, () => 7)).toBe(false);
    expect(look(1, () => 7)).toBe(true);
    vi.useRealTimers();
  });

  it('of one turn says nothing of the next one in the same session', () => {
    isDead(elsewhere, 7);
    look(40, () => 7);
    expect(liveness.findDead([lease(elsewhere, 7, 'next turn')])).toEqual([]);
  });
});
