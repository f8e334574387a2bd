/** Puts the hour's light on the page; what light that is, daylight.ts says. */

import { isEvening, warmth } from './daylight';

/** `startedAt`: when the room was first entered, in Unix ms; null before it is known. */
export function tint(startedAt: number | null): void {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  if (isEvening(new Date().getHours(), dark)) root.dataset.theme = 'evening';
  else delete root.dataset.theme;
  const minutes = startedAt === null ? 0 : (Date.now() - startedAt) / 60_000;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  root.style.setProperty('--warmth', `${(warmth(minutes, { still }) * 100).toFixed(1)}%`);
}

/** The quiet pages are always in daylight. */
export function untint(): void {
  delete document.documentElement.dataset.theme;
}
