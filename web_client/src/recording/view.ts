/**
 * What is to be shown of a recording, out of the room's last word about it and the time. Pure: times are this
 * machine's Unix milliseconds.
 *
 * Rule 1: a page that has lost its line does not know that anything is recorded, and does not say so: after the
 * time in which the gateway holds for who is gone, it shows a hold.
 * Rule 2: of the safety panel only the counsellor is told.
 */

import type { ConsentStage, HoldReason, HoldView, Medium, Recording, Role } from '../protocol/wire';

/** The shape beside the words: not by colour alone. */
export type Mark = 'solid' | 'hollow' | 'none';

export interface RecordingView {
  readonly stage: ConsentStage;
  readonly mark: Mark;
  /** Of what was captured. */
  readonly elapsedMs: number;
  /** Whole seconds until it begins; null where none are counted any more, or it does not begin. */
  readonly startsIn: number | null;
  /** The reason to show for a hold; null where there is none, or none to tell. */
  readonly hold: HoldView | null;
  readonly mayResume: boolean;
  /** What is said now is not kept: the disk does not keep up. */
  readonly late: boolean;
  readonly excluded: readonly Medium[];
}

export interface Onlooker {
  readonly now: number;
  /** Since when the line to the gateway is gone; null while it stands. */
  readonly goneAt: number | null;
  /** One's own participant id. */
  readonly you: string;
  readonly person: Role;
}

/** In which the gateway takes a lost line for a moment's. */
export const LOST_MS = 2_000;
const ARMING_S = 5;
const RUNNING: ReadonlySet<ConsentStage> = new Set(['recording', 'hold']);
/** Whose page has to show that it goes on. */
const INDICATED: ReadonlySet<ConsentStage> = new Set(['arming', 'recording', 'hold']);
/** Which of several reasons is told: what one can do something about goes before the rest. */
const ORDER: readonly HoldReason[] = [
  'user',
  'beside',
  'new_party',
  'declined',
  'absent',
  'no_indicator',
  'safety',
];

/** Something is being recorded, or held. */
export function isRunning(recording: Recording | null): boolean {
  return recording !== null && RUNNING.has(recording.stage);
}

/** The page has to say that it shows it. */
export function isIndicated(stage: ConsentStage): boolean {
  return INDICATED.has(stage);
}

export function viewOf(recording: Recording, onlooker: Onlooker): RecordingView {
  const { now, goneAt, you } = onlooker;
  const { stage } = recording;
  if (goneAt !== null && now - goneAt >= LOST_MS && isRunning(recording)) {
    return {
      ...viewOf(recording, { ...onlooker, now: goneAt + LOST_MS, goneAt: null }),
      stage: 'hold',
      mark: 'hollow',
      hold: { reason: 'absent', participant: you },
      mayResume: false,
      late: false,
    };
  }
  return {
    stage,
    mark: markOf(stage),
    elapsedMs: elapsed(recording, now),
    startsIn: startsIn(recording, now),
    hold: holdOf(recording, onlooker),
    mayResume: stage === 'hold' && recording.you_paused,
    late: recording.is_late,
    excluded: RUNNING.has(stage) ? recording.you_excluded : [],
  };
}

function markOf(stage: ConsentStage): Mark {
  if (stage === 'recording') return 'solid';
  return INDICATED.has(stage) ? 'hollow' : 'none';
}

function elapsed({ captured_ms: captured, running_since: since }: Recording, now: number): number {
  return captured + (since === null ? 0 : Math.max(0, now - since));
}

function startsIn({ stage, begins_at: begins }: Recording, now: number): number | null {
  if (stage !== 'arming' || begins === null) return null;
  const left = Math.ceil((begins - now) / 1_000);
  return left > 0 ? Math.min(left, ARMING_S) : null;
}

function holdOf({ stage, holds }: Recording, { you, person }: Onlooker): HoldView | null {
  if (stage !== 'hold') return null;
  const told = holds.filter(({ reason }) => reason !== 'safety' || person === 'counsellor');
  const rank = ({ reason, participant }: HoldView): number =>
    ORDER.indexOf(reason) - (participant === you ? 0.5 : 0);
  return told.sort((one, other) => rank(one) - rank(other))[0] ?? null;
}
