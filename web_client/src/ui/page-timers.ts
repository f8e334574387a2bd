/** The page's own clock, for what is told the time from outside. */

import type { Timers } from '../protocol/returning';

export const PAGE_TIMERS: Timers = {
  now: () => Date.now(),
  set: (callback, ms) => window.setTimeout(callback, ms),
  clear: (id) => window.clearTimeout(id),
};
