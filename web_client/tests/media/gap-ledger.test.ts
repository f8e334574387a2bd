import { describe, expect, it } from 'vitest';

import { DelayWatch } from '../../src/media/delay-watch';
import { isPaused, pauseOf } from '../../src/media/device-pauses';
import { GapLedger } from '../../src/media/gap-ledger';
import { SpeechLog } from '../../src/media/speech-log';
import type { VoiceGap } from '../../src/protocol/wire';

const SERVER = 1_700_000_000_000;

function gap(from: number, to: number | null, more: Partial<VoiceGap> = {}): VoiceGap {
  const lost_ms = to === null ? 0 : to - from;
  const ended_at = to === null ? null : SERVER + to;
  const times = { started_at: SERVER + from, ended_at, lost_ms };
  return { type: 'voice_gap', gap: 1, speaker: 'you', listener: null, ...times, ...more };
}

/** Looks at the level every 100 ms; loud from `from` to `to`. */
function spoke(from: number, to: number, level = -20): SpeechLog {
  const log = new SpeechLog();
  for (let now = 0; now <= 10_000; now += 100)
    log.handleLevel(now >= from && now <= to ? level : -70, true, now);
  return log;
}

function ledger(): GapLedger {
  const made = new GapLedger();
  made.handleWelcome(SERVER, true, 0);
  return made;
}

describe('words that did not arrive', () => {
  it('are told when one spoke into the gap', () => {
    const words = ledger().handleOwn(gap(3_000, 7_000), spoke(1_000, 9_000), 0);
    expect(words).toEqual({ type: 'report_lost_words', gap: 1, ms: 4_000 });
  });

  it.each([
    ['was silent', spoke(8_000, 9_000), gap(3_000, 7_000)],
    ['said a word', spoke(4_000, 4_500), gap(3_000, 7_000)],
    ['was too soft to be speaking', spoke(1_000, 9_000, -60), gap(3_000, 7_000)],
    ['was late, not lost', spoke(1_000, 9_000), gap(3_000, 7_000, { lost_ms: 200 })],
    ['is still in the gap', spoke(1_000, 9_000), gap(3_000, null)],
  ])('are nobody’s news where one %s', (_, log, given) => {
    expect(ledger().handleOwn(given, log, 0)).toBeNull();
  });

  it('are looked for when they were spoken, not when they were missed', () => {
    const log = spoke(1_000, 2_900);
    expect(ledger().handleOwn(gap(3_000, 7_000), log, 0)).toBeNull();
    expect(ledger().handleOwn(gap(3_000, 7_000), log, 2_000)?.ms).toBe(2_000);
  });

  it('are shown once, and told until the gateway knows', () => {
    const made = ledger();
    const words = made.handleOwn(gap(3_000, 7_000), spoke(1_000, 9_000), 0);
    if (words === null) throw new Error('nothing to tell');
    expect([made.isNews(words), made.isNews(words)]).toEqual([true, false]);
    made.handleWelcome(SERVER + 9_000, false, 9_000);
    expect(made.handleOwn(gap(3_000, 7_000), spoke(1_000, 9_000), 0)).toEqual(words);
    made.handleTold(1);
    expect(made.handleOwn(gap(3_000, 7_000), spoke(1_000, 9_000), 0)).toBeNull();
    made.handleWelcome(SERVER, true, 0);
    expect(made.isNews(words)).toBe(true);
  });

  it('of a muted microphone are none, and are forgotten after three minutes', () => {
    const log = new SpeechLog();
    for (let now = 0; now <= 4_000; now += 100) log.handleLevel(-20, false, now);
    expect(log.spokenMs(0, 4_000)).toBe(0);
    for (let now = 4_100; now <= 8_000; now += 100) log.handleLevel(-20, true, now);
    expect(log.spokenMs(4_000, 8_000)).toBe(4_000);
    log.handleLevel(-70, true, 190_000);
    expect(log.spokenMs(0, 190_000)).toBe(0);
  });
});

describe('a gap that this page heard', () => {
  const heard = { startedAt: 1_000, endedAt: 5_000, lostMs: 3_900 };

  it('is reported in the gateway’s time, a moment later, once there is a line', () => {
    const made = ledger();
    made.handleHeard('her', heard);
    expect(made.due(true, 6_400)).toBeNull();
    expect(made.due(false, 6_600)).toBeNull();
    expect(made.due(true, 6_600)).toEqual({
      type: 'report_gap',
      speaker: 'her',
      started_at: SERVER + 1_000,
      ended_at: SERVER + 5_000,
      lost_ms: 3_900,
    });
    expect(made.due(true, 6_600)).toBeNull();
  });

  it('is forgotten when it is short, or too long ago', () => {
    const made = ledger();
    made.handleHeard('her', { ...heard, lostMs: 900 });
    expect(made.due(true, 10_000)).toBeNull();
    made.handleHeard('her', heard);
    expect(made.due(true, 200_000)).toBeNull();
  });

  it('is known to last from the gateway’s word until it says otherwise', () => {
    const made = ledger();
    made.handleOther(gap(1_000, null, { speaker: 'her' }));
    expect(made.unheardMs('her', 3_000)).toBe(2_000);
    made.handleOther(gap(500, 900, { speaker: 'her', gap: 7 }));
    expect(made.unheardMs('her', 3_000)).toBe(2_000);
    made.handleOther(gap(1_000, 4_000, { speaker: 'her' }));
    expect(made.unheardMs('her', 5_000)).toBeNull();
  });
});

describe('a device that brings nothing', () => {
  const live = { muted: false, readyState: 'live' };
  const fine = { on: true, track: live, taken: false, lost: false };
  it.each([
    [fine, false],
    [{ ...fine, track: { ...live, muted: true } }, true],
    [{ ...fine, track: { ...live, readyState: 'ended' } }, true],
    [{ ...fine, track: null }, true],
    [{ ...fine, taken: true }, true],
    [{ ...fine, on: false, track: { ...live, muted: true } }, false],
    [{ ...fine, on: false, track: null, lost: true }, true],
  ])('%o: %s', (device, paused) => {
    expect(isPaused(device)).toBe(paused);
  });

  it('is named as the wire has it', () => {
    expect([pauseOf(false, false), pauseOf(true, false)]).toEqual(['none', 'microphone']);
    expect([pauseOf(false, true), pauseOf(true, true)]).toEqual(['camera', 'both']);
  });
});

describe('a voice that is late', () => {
  function watch(delays: readonly (number | null)[]): DelayWatch {
    const made = new DelayWatch();
    delays.forEach((delay, second) => made.handleDelay(delay, second * 1_000));
    return made;
  }

  it('is told of when it lasts', () => {
    expect(watch([600, 600, 600]).delayMs).toBeNull();
    expect(watch([600, 600, 600, 620]).delayMs).toBe(620);
    expect(watch([390, 390, 390, 390, 390]).delayMs).toBeNull();
    expect(watch([600, null, null, null]).delayMs).toBeNull();
  });

  it('is told of once in a call', () => {
    const made = watch([600, 600, 600, 600]);
    made.dismiss();
    made.handleDelay(900, 20_000);
    expect(made.delayMs).toBeNull();
    expect(watch([600, 600, 600, 600, 350]).delayMs).toBe(350);
    expect(watch([600, 600, 600, 600, 100, 600, 600, 600, 600]).delayMs).toBeNull();
  });
});
