/** Lines as the laboratory's API has them, and the ones people know by name. Pure. */

import type { LabKey } from '../i18n/lab';

export interface Line {
  readonly loss_percent: number;
  readonly burst: number;
  readonly delay_ms: number;
  readonly jitter_ms: number;
  /** Null: no limit. */
  readonly rate_kbps: number | null;
  readonly queue_kb: number;
}

export interface Lines {
  readonly up: Line;
  readonly down: Line;
}

export interface Counts {
  readonly passed: number;
  readonly passed_bytes: number;
  readonly lost: number;
  readonly dropped: number;
  readonly waiting_bytes: number;
}

export type Role = 'client' | 'counsellor';

export interface Leg extends Lines {
  readonly role: Role;
  readonly cut_s: number;
  readonly is_dead: boolean;
  readonly up_counts: Counts;
  readonly down_counts: Counts;
}

export const DIRECTIONS = ['up', 'down'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What may be typed, and within what; the gateway has the same bounds. */
export const FIELDS = {
  loss_percent: { max: 100, step: 0.1 },
  burst: { min: 1, max: 200, step: 0.1 },
  delay_ms: { max: 5_000, step: 1 },
  jitter_ms: { max: 5_000, step: 1 },
  rate_kbps: { max: 100_000, step: 1 },
  queue_kb: { max: 4_000, step: 1 },
} as const satisfies Record<keyof Line, { min?: number; max: number; step: number }>;

export const CLEAN: Line = {
  loss_percent: 0,
  burst: 1,
  delay_ms: 0,
  jitter_ms: 0,
  rate_kbps: null,
  queue_kb: 60,
};

const both = (line: Partial<Line>): Lines => {
  const whole = { ...CLEAN, ...line };
  return { up: whole, down: whole };
};

/** Round figures that feel like the place, not measurements of one. */
export const PRESETS = {
  'preset.none': both({}),
  'preset.wifi': both({ loss_percent: 0.5, burst: 2, delay_ms: 5, jitter_ms: 15 }),
  'preset.village': both({
    loss_percent: 1,
    burst: 2,
    delay_ms: 60,
    jitter_ms: 40,
    ...capped(250),
  }),
  'preset.train': both({
    loss_percent: 8,
    burst: 8,
    delay_ms: 50,
    jitter_ms: 60,
    ...capped(1_500),
  }),
  'preset.narrow': both({ loss_percent: 3, delay_ms: 300, ...capped(80) }),
} as const satisfies Partial<Record<LabKey, Lines>>;

export type Preset = keyof typeof PRESETS;

export const STEPS_KBPS = [1_500, 600, 250, 100, 50, 0] as const;
export const CUTS_S = [5, 25, 84] as const;
/** The cut that people know as a ride in a lift. */
export const LIFT_S = 25;

/** A rate with a queue of half a second, and of some packets at least. */
export function capped(rate_kbps: number): Pick<Line, 'rate_kbps' | 'queue_kb'> {
  return { rate_kbps, queue_kb: Math.max(4, Math.round(rate_kbps / 16)) };
}

/** The same line at another rate, both ways. */
export function atRate(lines: Lines, rate_kbps: number): Lines {
  const rate = capped(rate_kbps);
  return { up: { ...lines.up, ...rate }, down: { ...lines.down, ...rate } };
}

/** The same line each way, whoever wrote it down. */
export function isSame(one: Lines, other: Lines): boolean {
  return DIRECTIONS.every((way) =>
    (Object.keys(CLEAN) as (keyof Line)[]).every((name) => one[way][name] === other[way][name]),
  );
}

/** The place a line is like, if it is exactly one we have a name for. */
export function placeOf(lines: Lines): Preset | null {
  return (Object.keys(PRESETS) as Preset[]).find((name) => isSame(PRESETS[name], lines)) ?? null;
}

/** The step both ways are at, if they are at one. */
export function stepOf({ up, down }: Lines): number | null {
  return up.rate_kbps === down.rate_kbps ? up.rate_kbps : null;
}

export type Standing = 'is.cut' | 'is.dead' | 'is.worse' | 'is.clean';

/** What there is to say of a line in a word. */
export function standing(leg: Leg): Standing {
  if (leg.cut_s > 0) return 'is.cut';
  if (leg.is_dead) return 'is.dead';
  return placeOf(leg) === 'preset.none' ? 'is.clean' : 'is.worse';
}

/** What a direction has added to it, each as a sentence's key and its figure. */
export function added(line: Line): (readonly [LabKey, number])[] {
  const all: (readonly [LabKey, number, boolean])[] = [
    ['now.rate', line.rate_kbps ?? 0, line.rate_kbps !== null],
    ['now.loss', line.loss_percent, line.loss_percent > 0],
    ['now.burst', line.burst, line.loss_percent > 0 && line.burst > 1],
    ['now.delay', line.delay_ms, line.delay_ms > 0],
    ['now.jitter', line.jitter_ms, line.jitter_ms > 0],
  ];
  return all.filter(([, , said]) => said).map(([key, value]) => [key, value]);
}

/** How fast bytes have passed since `before`, in kbit/s. */
export function speed(before: Counts | null, now: Counts, ms: number): number {
  if (before === null || ms <= 0) return 0;
  return Math.max(0, Math.round(((now.passed_bytes - before.passed_bytes) * 8) / ms));
}

/** The legs of an answer; null when it is not one. */
export function legsIn(answer: unknown): Leg[] | null {
  if (typeof answer !== 'object' || answer === null || !('legs' in answer)) return null;
  return Array.isArray(answer.legs) ? (answer.legs as Leg[]) : null;
}
