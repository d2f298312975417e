import { v7 } from 'uuid';
import { toDisposable } from '../../core/base/disposable';
import type { Clock, IdGenerator, Timers } from '../../core/base/ports';

export const systemClock: Clock = { now: () => Date.now() };

export const uuidGenerator: IdGenerator = { next: () => v7() };

export const systemTimers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return toDisposable(() => clearTimeout(timer));
  },
};
