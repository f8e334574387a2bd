/** A battery that runs low is said once, where the browser knows of one (Chromium). */

const LOW = 0.15;

interface Battery extends EventTarget {
  readonly charging: boolean;
  /** 0 to 1. */
  readonly level: number;
}

/** Whole percent of a battery worth a word; null of one that is well or being charged. */
export function lowPercent({
  charging,
  level,
}: Pick<Battery, 'charging' | 'level'>): number | null {
  return charging || level > LOW ? null : Math.round(level * 100);
}

/** Call `low` with the percent, at most once. Returns how to stop. */
export function watchBattery(low: (percent: number) => void): () => void {
  const ask = (navigator as { getBattery?: () => Promise<Battery> }).getBattery?.bind(navigator);
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    const battery = await ask?.().catch(() => undefined);
    if (battery === undefined) return;
    const look = (): void => {
      const percent = lowPercent(battery);
      if (percent === null || over.signal.aborted) return;
      over.abort();
      low(percent);
    };
    battery.addEventListener('levelchange', look, { signal: over.signal });
    look();
  };
  void watch();
  return () => over.abort();
}
