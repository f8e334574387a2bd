/** The keys of the player. Pure. */

import { SPEEDS } from './player-clock';

export type PlayerAct =
  | { readonly kind: 'toggle' | 'faster' | 'slower' }
  | { readonly kind: 'by' | 'to'; readonly ms: number };

/** What there is to do for them. */
export interface PlayerActs {
  readonly toggle: () => void;
  readonly by: (ms: number) => void;
  readonly to: (ms: number) => void;
  readonly speed: (faster: boolean) => void;
}

/** Do what a press asks for. */
export function perform(act: PlayerAct, acts: PlayerActs): void {
  switch (act.kind) {
    case 'toggle':
      acts.toggle();
      break;
    case 'by':
      acts.by(act.ms);
      break;
    case 'to':
      acts.to(act.ms);
      break;
    case 'faster':
    case 'slower':
      acts.speed(act.kind === 'faster');
      break;
  }
}

const STEP_MS = 5_000;
export const LEAP_MS = 10_000;

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
}

const ACTS: Readonly<Record<string, PlayerAct>> = {
  ' ': { kind: 'toggle' },
  k: { kind: 'toggle' },
  j: { kind: 'by', ms: -LEAP_MS },
  l: { kind: 'by', ms: LEAP_MS },
  arrowleft: { kind: 'by', ms: -STEP_MS },
  arrowdown: { kind: 'by', ms: -STEP_MS },
  arrowright: { kind: 'by', ms: STEP_MS },
  arrowup: { kind: 'by', ms: STEP_MS },
  home: { kind: 'to', ms: 0 },
  '<': { kind: 'slower' },
  '>': { kind: 'faster' },
};
/** These work also where single letters are switched off: they are no letters. */
const ALWAYS = /^(arrow|home|end)/;

/** What a press asks for; null when it asks for nothing. `letters`: single keys are on. */
export function playerAct(press: KeyPress, lengthMs: number, letters: boolean): PlayerAct | null {
  if (isOthers(press)) return null;
  const key = press.key.toLowerCase();
  if (!letters && !ALWAYS.test(key)) return null;
  if (/^[0-9]$/.test(key)) return { kind: 'to', ms: (lengthMs * Number(key)) / 10 };
  if (key === 'end') return { kind: 'to', ms: lengthMs };
  return Object.hasOwn(ACTS, key) ? (ACTS[key] ?? null) : null;
}

/** The browser's, or of a word that is being put together. */
function isOthers({ isComposing, ctrlKey, altKey, metaKey }: KeyPress): boolean {
  return isComposing || ctrlKey || altKey || metaKey;
}

/** The next speed up or down; at the ends the same. */
export function nextSpeed(speed: number, faster: boolean): number {
  if (faster) return SPEEDS.find((each) => each > speed) ?? speed;
  return SPEEDS.findLast((each) => each < speed) ?? speed;
}
