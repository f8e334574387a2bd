/** The sounds and pictures that play along: each keeps with the player's clock, and tells whether it is there. */

import { paceOf } from './pace';
import type { FileSeen } from '../protocol/bodies';

/** HTMLMediaElement.HAVE_METADATA and HAVE_FUTURE_DATA: it can be placed; it can go on. */
const PLACEABLE = 1;
const READY = 3;
/** A file may be a little shorter than it was said to be. */
const TAIL_MS = 250;

export interface Beat {
  readonly positionMs: number;
  readonly speed: number;
  /** Somebody wants it to play. */
  readonly wanted: boolean;
  /** Whether the clock goes on. */
  readonly moving: boolean;
}

export class Cast {
  private readonly pulling = new Set<number>();
  private readonly broken = new Set<number>();

  /** `elements` by the number of their file; `active` is what is there now. Returns whether all of it is ready. */
  follow(
    elements: ReadonlyMap<number, HTMLMediaElement>,
    active: readonly FileSeen[],
    beat: Beat,
  ): boolean {
    const now = new Set(active.map(({ number }) => number));
    for (const [number, element] of elements) if (!now.has(number)) element.pause();
    let ready = true;
    for (const file of active.filter(({ number }) => !this.broken.has(number))) {
      const element = elements.get(file.number);
      if (element === undefined || !this.place(element, file, beat)) ready = false;
    }
    return ready;
  }

  /** It cannot be played: the others go on without it. */
  handleBroken(number: number): void {
    this.broken.add(number);
  }

  /** Tried anew. */
  mend(): void {
    this.broken.clear();
  }

  private place(element: HTMLMediaElement, file: FileSeen, beat: Beat): boolean {
    const wantedMs = beat.positionMs - file.starts_ms;
    if (isOver(element, wantedMs)) {
      element.pause();
      return true;
    }
    if (!isPlaceable(element)) return false;
    this.keepPace(element, file.number, wantedMs, beat);
    if (!isPlaceable(element)) return false;
    const ready = element.readyState >= READY;
    // Some browsers fetch no more than they are made to, so what is wanted is played to have it.
    if (ready ? beat.moving : beat.wanted) play(element);
    else if (ready) element.pause();
    return ready;
  }

  private keepPace(
    element: HTMLMediaElement,
    number: number,
    wantedMs: number,
    { speed, moving }: Beat,
  ): void {
    const actualMs = element.currentTime * 1_000;
    const pace = paceOf(wantedMs, actualMs, speed, this.pulling.has(number));
    if (pace.pulling) this.pulling.add(number);
    else this.pulling.delete(number);
    const rate = moving ? pace.rate : speed;
    if (element.playbackRate !== rate) element.playbackRate = rate;
    if (pace.jumpTo !== null) element.currentTime = pace.jumpTo / 1_000;
  }
}

/** Nothing comes of it any more. */
function isOver(element: HTMLMediaElement, wantedMs: number): boolean {
  const { duration } = element;
  return Number.isFinite(duration) && wantedMs >= duration * 1_000 - TAIL_MS;
}

/** A jump takes a moment. */
function isPlaceable({ readyState, seeking }: HTMLMediaElement): boolean {
  return readyState >= PLACEABLE && !seeking;
}

function play(element: HTMLMediaElement): void {
  if (element.paused) void element.play().catch(() => undefined);
}
