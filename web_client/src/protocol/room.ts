/** What this page knows of its room: a pure function of the events received. */

import type {
  CloseReason,
  Cue,
  Event,
  Hour,
  IceServer,
  ParticipantView,
  Recording,
  SlotView,
  Stage,
} from './wire';

export interface Room {
  /** One's own participant id; empty before the first welcome. */
  readonly you: string;
  readonly roster: readonly ParticipantView[];
  readonly slots: readonly SlotView[];
  readonly slotCount: number;
  readonly iceServers: readonly IceServer[];
  readonly canEnd: boolean;
  /** The whole line is kept for voice, by the counsellor's wish. */
  readonly steady: boolean;
  /** When the room was first entered, in this machine's Unix milliseconds; null before a welcome. */
  readonly startedAt: number | null;
  /** Why the last one to go has gone; null when nobody has, or someone came since. */
  readonly departed: CloseReason | null;
  /** The booked hour this room is for; null where none was booked. */
  readonly hour: BookedHour | null;
  /** By how many milliseconds this machine's clock is ahead of the gateway's. */
  readonly ahead: number;
  /**
   * What was last told of recording, its moments in this machine's Unix milliseconds; null where nothing was. Until
   * when it is kept is a day, and stays as it was told.
   */
  readonly recording: Recording | null;
}

/** Times are in this machine's Unix milliseconds. */
export interface BookedHour {
  readonly startsAt: number;
  readonly endsAt: number;
  /** By how much the counsellor has said to come later. */
  readonly lateMinutes: number;
  readonly stage: Stage;
}

export const EMPTY_ROOM: Room = {
  you: '',
  roster: [],
  slots: [],
  slotCount: 0,
  iceServers: [],
  canEnd: false,
  steady: false,
  startedAt: null,
  departed: null,
  hour: null,
  ahead: 0,
  recording: null,
};

/** `wallNow` is this machine's Unix milliseconds: the gateway's clock is translated to it. */
export function reduceRoom(room: Room, event: Event, wallNow: number): Room {
  if (event.type === 'welcome') {
    return {
      ...room,
      you: event.you,
      roster: event.roster,
      slotCount: event.slots,
      iceServers: event.ice_servers,
      canEnd: event.can_end,
      steady: event.steady,
      startedAt: event.started_at + (wallNow - event.now),
      ahead: wallNow - event.now,
      // A seat that goes on is told of what changed; any other of what there is.
      recording: event.resumed ? room.recording : null,
    };
  }
  if (event.type === 'participant_changed') return withParticipant(room, event.participant);
  if (event.type === 'participant_left') {
    const roster = room.roster.filter((other) => other.id !== event.id);
    return { ...room, roster, departed: event.reason };
  }
  if (event.type === 'steady') return { ...room, steady: event.steady };
  if (event.type === 'hour') return { ...room, hour: hourOf(event, room.ahead) };
  if (event.type === 'recording') return { ...room, recording: recordingOf(event, room.ahead) };
  // What is said of media, of the text and of the end changes nobody's place.
  return event.type === 'slots' ? { ...room, slots: event.slots } : room;
}

function hourOf(event: Hour, ahead: number): BookedHour {
  return {
    startsAt: event.starts_at + ahead,
    endsAt: event.ends_at + ahead,
    lateMinutes: event.late_minutes,
    stage: event.stage,
  };
}

function recordingOf(event: Recording, ahead: number): Recording {
  const here = (at: number | null): number | null => (at === null ? null : at + ahead);
  return {
    ...event,
    begins_at: here(event.begins_at),
    started_at: here(event.started_at),
    running_since: here(event.running_since),
  };
}

/** What the counsellor wishes of one's own picture and voice. */
export interface Guidance {
  readonly cue: Cue;
  readonly steady: boolean;
}

export function guidanceOf(room: Room): Guidance {
  return { cue: own(room)?.cue ?? 'balanced', steady: room.steady };
}

/** Oneself, as the others see one; null before the first welcome. */
export function own(room: Room): ParticipantView | null {
  return room.roster.find(({ id }) => id === room.you) ?? null;
}

/** Whose seat is taken: who is really here. Who is offline may be written to. */
export function isHere({ presence }: ParticipantView): boolean {
  return presence === 'present' || presence === 'away';
}

/** One has to be let in before anything is said, heard or seen. */
export function isWaiting(room: Room): boolean {
  return own(room)?.waits === true;
}

/** Who waits at the door, and is there now. */
export function atDoor(room: Room): readonly ParticipantView[] {
  return room.roster.filter((other) => other.waits && isHere(other) && other.id !== room.you);
}

/** Everyone who is really here, and in the room. */
export function present(room: Room): readonly ParticipantView[] {
  return room.roster.filter((each) => isHere(each) && !each.waits);
}

/** The other people of the room, whoever they are. */
export function others(room: Room): readonly ParticipantView[] {
  return room.roster.filter(
    (other) => other.id !== room.you && other.presence !== 'gone' && !other.waits,
  );
}

function withParticipant(room: Room, changed: ParticipantView): Room {
  const { roster } = room;
  return {
    ...room,
    roster: roster.some((other) => other.id === changed.id)
      ? roster.map((other) => (other.id === changed.id ? changed : other))
      : [...roster, changed],
    departed: changed.id === room.you ? room.departed : null,
  };
}
