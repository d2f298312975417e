import { toDisposable } from '../core/base/disposable';
import type { Timers } from '../core/base/ports';

export const browserTimers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return toDisposable(() => clearTimeout(timer));
  },
};
