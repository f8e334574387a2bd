/** The clock of the hour: the room goes from clear morning to warm evening as its minutes pass. Pure. */

const HOUR_MIN = 50;
const WARM_FROM_MIN = 20;

/** 0 (clear) to 1 (warm), by the minutes since the room was first entered. */
export function warmth(minutes: number, { still = false } = {}): number {
  const passed = (minutes - WARM_FROM_MIN) / (HOUR_MIN - WARM_FROM_MIN);
  const smooth = Math.min(1, Math.max(0, passed));
  const eased = smooth * smooth * (3 - 2 * smooth);
  // Reduced motion: four still steps instead of a slow change.
  return still ? Math.round(eased * 3) / 3 : Math.round(eased * 200) / 200;
}

/** The evening theme is for people who asked for dark pages, and for late hours. */
export function isEvening(hourOfDay: number, prefersDark: boolean): boolean {
  return prefersDark || hourOfDay >= 20 || hourOfDay < 6;
}
