import { describe, expect, it } from 'vitest';

import { Timeline } from '../../src/media/timeline';
import type { Gap } from '../../src/media/timeline-parts';
import type { ParticipantView, VoiceGap, Welcome } from '../../src/protocol/wire';

/** The gateway's clock, of which this page's knows nothing. */
const SERVER = 1_700_000_000_000;

const CLIENT: ParticipantView = {
  id: 'p2',
  role: 'client',
  name: 'Client',
  presence: 'present',
  microphone: true,
  camera: true,
  link: 'connected',
  rung: 'clear',
  cue: 'balanced',
  device_paused: 'none',
  waits: false,
};
const YOU: ParticipantView = { ...CLIENT, id: 'p1', role: 'counsellor', name: 'Counsellor' };

function welcome(at: number, roster = [YOU, CLIENT], more: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    seat: 's',
    resumed: true,
    you: 'p1',
    roster,
    texts: [],
    slots: 3,
    ice_servers: [],
    can_end: true,
    next_ref: 1,
    now: SERVER + at,
    started_at: SERVER,
    steady: false,
    log: 'log',
    ...more,
  };
}

function timeline(at = 0): Timeline {
  const made = new Timeline();
  made.handleEvent(welcome(at, [YOU, CLIENT], { resumed: false }), at);
  return made;
}

function voice(gap: number, from: number, to: number | null, more: Partial<VoiceGap> = {}) {
  const ended_at = to === null ? null : SERVER + to;
  const times = { started_at: SERVER + from, ended_at, lost_ms: to === null ? 0 : to - from };
  const told = {
    type: 'voice_gap',
    gap,
    speaker: 'p2',
    listener: null,
    ...times,
    ...more,
  } as const;
  return told satisfies VoiceGap;
}

/** Between its beginning and its end the page hears of it twice. */
function tell(made: Timeline, gap: number, from: number, to: number, more: Partial<VoiceGap> = {}) {
  made.handleEvent(voice(gap, from, null, more), from + 300);
  made.handleEvent(voice(gap, from, to, more), to + 300);
}

function change(made: Timeline, at: number, person: ParticipantView): void {
  made.handleEvent({ type: 'participant_changed', participant: person }, at);
}

function brief({ from, to, side, causes }: Gap) {
  return [from, to, side, causes.join('+')];
}

function gapsOf(made: Timeline, now = 600_000) {
  return made.read(now).gaps.map(brief);
}

describe('a gap', () => {
  it('has a start, a length, a side and a cause, and the words in it', () => {
    const made = timeline();
    tell(made, 1, 65_000, 69_000);
    made.handleEvent({ type: 'words_lost', gap: 1, speaker: 'p2', ms: 3_000 }, 70_000);
    const view = made.read(120_000);
    expect(view.gaps).toEqual([
      {
        from: 65_000,
        to: 69_000,
        lasts: false,
        side: 'theirs',
        causes: ['network'],
        wordsMs: 3_000,
      },
    ]);
    expect(view).toMatchObject({ lostMs: 4_000, earlier: 0, sinceMs: null, over: false });
  });

  it.each([
    ['yours where your voice did not reach the gateway', { speaker: 'p1' }, 'yours'],
    ['theirs where it did not reach them', { speaker: 'p1', listener: 'p2' }, 'theirs'],
    ['theirs where their voice did not reach the gateway', {}, 'theirs'],
  ])('is %s', (_, more, side) => {
    const made = timeline();
    tell(made, 1, 10_000, 13_000, more);
    expect(gapsOf(made)).toEqual([[10_000, 13_000, side, 'network']]);
  });

  it('is yours where only your page did not hear', () => {
    const made = timeline();
    made.handleHeard('p2', { startedAt: 5_000, endedAt: 8_000, lostMs: 3_000 });
    made.handleEvent({ type: 'words_lost', gap: 7, speaker: 'p2', ms: 2_000 }, 9_000);
    expect(gapsOf(made)).toEqual([[5_000, 8_000, 'yours', 'network']]);
    expect(made.read(10_000).gaps[0]?.wordsMs).toBe(2_000);
  });

  it('is not yours as well where the gateway did not hear, either', () => {
    const made = timeline();
    made.handleHeard('p2', { startedAt: 5_200, endedAt: 8_300, lostMs: 3_000 });
    tell(made, 1, 5_000, 8_000);
    expect(gapsOf(made)).toEqual([[5_000, 8_000, 'theirs', 'network']]);
  });

  it('lasts until it is over, and its time is counted then', () => {
    const made = timeline();
    made.handleEvent(voice(1, 10_000, null), 10_300);
    expect(made.read(15_000)).toMatchObject({ lostMs: 0, gaps: [{ lasts: true, to: 15_000 }] });
    made.handleEvent(voice(1, 10_000, 16_000), 16_300);
    expect(made.read(20_000)).toMatchObject({
      lostMs: 6_000,
      gaps: [{ lasts: false, to: 16_000 }],
    });
  });

  it('shorter than a second is in no list', () => {
    const made = timeline();
    tell(made, 1, 10_000, 10_900);
    expect(made.read(20_000)).toMatchObject({ gaps: [], lostMs: 0 });
  });

  it('less than a second after another is the same one', () => {
    const made = timeline();
    tell(made, 1, 10_000, 12_000);
    tell(made, 2, 12_800, 14_000);
    tell(made, 3, 15_100, 17_000);
    expect(gapsOf(made).map(([from, to]) => [from, to])).toEqual([
      [10_000, 14_000],
      [15_100, 17_000],
    ]);
  });
});

describe('somebody’s device', () => {
  it('that pauses is a gap of theirs, until it is back or switched off', () => {
    const made = timeline();
    change(made, 20_000, { ...CLIENT, device_paused: 'microphone' });
    change(made, 50_000, CLIENT);
    change(made, 60_000, { ...CLIENT, device_paused: 'both' });
    change(made, 65_000, { ...CLIENT, microphone: false, device_paused: 'both' });
    expect(gapsOf(made)).toEqual([
      [20_000, 50_000, 'theirs', 'device'],
      [60_000, 65_000, 'theirs', 'device'],
    ]);
  });

  it('of your own is yours', () => {
    const made = timeline();
    change(made, 20_000, { ...YOU, device_paused: 'microphone' });
    change(made, 30_000, YOU);
    expect(gapsOf(made)).toEqual([[20_000, 30_000, 'yours', 'device']]);
  });

  it.each([
    ['a camera', { device_paused: 'camera' }],
    ['a microphone that is off', { microphone: false, device_paused: 'microphone' }],
    ['nothing but silence', {}],
  ] as const)('makes no gap of %s', (_, more) => {
    const made = timeline();
    change(made, 20_000, { ...CLIENT, ...more });
    expect(gapsOf(made)).toEqual([]);
  });
});

describe('a connection', () => {
  it('that is lost is one gap, with the voice on it', () => {
    const made = timeline();
    made.handleEvent(voice(1, 30_000, null), 30_300);
    change(made, 32_000, { ...CLIENT, link: 'disconnected' });
    change(made, 45_000, { ...CLIENT, presence: 'away', link: 'disconnected' });
    change(made, 60_000, { ...CLIENT, link: 'connecting' });
    change(made, 61_000, CLIENT);
    made.handleEvent(voice(1, 30_000, 61_200), 61_500);
    expect(gapsOf(made)).toEqual([[30_000, 61_200, 'theirs', 'away']]);
  });

  it('that lost its line only, and not its voice, is no gap', () => {
    const made = timeline();
    change(made, 20_000, { ...CLIENT, presence: 'away' });
    change(made, 30_000, CLIENT);
    expect(gapsOf(made)).toEqual([]);
  });

  it('that somebody gives up ends its gap', () => {
    const made = timeline();
    made.handleEvent(voice(1, 19_000, null), 19_300);
    change(made, 20_000, { ...CLIENT, presence: 'away', link: 'disconnected' });
    made.handleEvent({ type: 'participant_left', id: 'p2', reason: 'timed_out' }, 50_000);
    expect(gapsOf(made)).toEqual([[19_000, 50_000, 'theirs', 'away']]);
  });

  it('of one who was offline before you came is no gap', () => {
    const made = new Timeline();
    const offline = { ...CLIENT, presence: 'offline', link: 'none' } as const;
    made.handleEvent(welcome(0, [YOU, offline]), 0);
    made.handleEvent(welcome(9_000, [YOU, offline]), 9_000);
    expect(gapsOf(made)).toEqual([]);
  });

  it('of your own is yours, and a device’s where it was the device', () => {
    const made = timeline();
    made.handlePath('network', 10_000);
    made.handlePath(null, 14_000);
    made.handlePath('network', 20_000);
    made.handlePath('page_hidden', 21_000);
    made.handlePath(null, 26_000);
    expect(gapsOf(made)).toEqual([
      [10_000, 14_000, 'yours', 'away'],
      [20_000, 26_000, 'yours', 'device'],
    ]);
  });

  it('that the gateway lost is both sides’, whatever else was missed meanwhile', () => {
    const made = timeline();
    made.handlePath('server', 10_000);
    made.handlePath(null, 14_000);
    made.handleHeard('p2', { startedAt: 10_000, endedAt: 14_500, lostMs: 4_500 });
    expect(gapsOf(made)).toEqual([[10_000, 14_500, 'both', 'service']]);
  });

  it('that both lost at one time is both sides’; else each is its own', () => {
    const made = timeline();
    made.handlePath('network', 10_000);
    made.handlePath(null, 20_000);
    tell(made, 1, 11_000, 20_000);
    tell(made, 2, 40_000, 60_000);
    made.handlePath('network', 41_000);
    made.handlePath(null, 43_000);
    const view = made.read(600_000);
    expect(view.gaps.map(brief)).toEqual([
      [10_000, 20_000, 'both', 'away'],
      [40_000, 60_000, 'theirs', 'network'],
      [41_000, 43_000, 'yours', 'away'],
    ]);
    expect(view.lostMs).toBe(30_000);
  });

  it('costs no time while you are alone', () => {
    const made = new Timeline();
    made.handleEvent(welcome(0, [YOU]), 0);
    made.handlePath('network', 10_000);
    made.handlePath(null, 14_000);
    tell(made, 1, 10_000, 14_000, { speaker: 'p1' });
    expect(gapsOf(made)).toEqual([]);
  });
});

describe('what a page knows', () => {
  it('is told in the gateway’s time, however its own clock ran', () => {
    const made = timeline();
    made.handleEvent(welcome(100_000), 40_000);
    made.handlePath('network', 50_000);
    made.handlePath(null, 55_000);
    expect(gapsOf(made)).toEqual([[110_000, 115_000, 'yours', 'away']]);
  });

  it('begins when the page did', () => {
    expect(timeline(125_000).read(130_000).sinceMs).toBe(125_000);
    expect(timeline(2_000).read(130_000).sinceMs).toBeNull();
  });

  it('has no open gap that the gateway does not tell again', () => {
    const made = timeline();
    made.handleEvent(voice(1, 10_000, null), 10_300);
    made.handleEvent(voice(2, 11_000, null, { speaker: 'p1' }), 11_300);
    made.handleEvent(welcome(20_000), 20_000);
    made.handleEvent(voice(1, 10_000, null), 20_001);
    expect(made.read(25_000).gaps).toMatchObject([{ from: 10_000, side: 'both', lasts: true }]);
    made.handleEvent(voice(1, 10_000, 31_000), 31_300);
    expect(made.read(40_000).lostMs).toBe(21_000);
  });

  it('takes the numbers of a gateway that began anew for new ones', () => {
    const made = timeline();
    tell(made, 1, 10_000, 12_000);
    made.handleEvent(welcome(20_000, [YOU, CLIENT], { resumed: false }), 20_000);
    tell(made, 1, 30_000, 33_000);
    expect(gapsOf(made).map(([from, to]) => [from, to])).toEqual([
      [10_000, 12_000],
      [30_000, 33_000],
    ]);
  });

  it('stands still when the session is over', () => {
    const made = timeline();
    made.handleEvent(voice(1, 10_000, null), 10_300);
    made.close(15_000);
    made.handleEvent(voice(1, 10_000, 20_000), 20_300);
    made.handlePath('network', 30_000);
    const view = made.read(90_000);
    expect(view).toMatchObject({ over: true, lostMs: 0, gaps: [{ to: 15_000, lasts: true }] });
  });

  it('is bounded: of very many the earliest are counted, not listed', () => {
    const made = timeline();
    for (let gap = 0; gap < 250; gap += 1) tell(made, gap, gap * 10_000, gap * 10_000 + 2_000);
    const view = made.read(3_000_000);
    expect(view.gaps).toHaveLength(200);
    expect(view).toMatchObject({ earlier: 50, lostMs: 500_000 });
  });
});
