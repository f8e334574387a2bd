import { describe, expect, it } from 'vitest';

import { OwnLine } from '../../src/media/own-line';
import type { PathStats } from '../../src/media/stats';
import { COPIED, GUARDED, LOSSY, VOICE, type VoiceSettings } from '../../src/media/voice-settings';
import type { ReportLine, Rung } from '../../src/protocol/wire';

function rig() {
  const told: ReportLine[] = [];
  const voices: VoiceSettings[] = [];
  const changes: Rung[] = [];
  let allowed: number | null = null;
  let picture = 1_000_000;
  const line = new OwnLine({
    send: (report) => {
      told.push(report);
      return Promise.reject(new Error('no connection'));
    },
    allow: (bps) => (allowed = bps),
    speak: (voice) => voices.push(voice),
    pictureBps: () => picture,
    changed: (rung) => changes.push(rung),
  });
  let now = 0;
  let packets = 0;
  let bytes = 0;
  line.handlePath(true, 0);
  const look = (seconds: number, change: Partial<PathStats>, sentBps = 2_000_000): void => {
    for (const end = now + seconds * 1_000; now < end; now += 500) {
      packets += 50;
      bytes += sentBps / 16;
      const played = { holes: 0, madeUp: 0, samples: 0 };
      const rest = {
        bytes: 1,
        cipher: null,
        received: 0,
        lost: 0,
        voice: 0,
        asked: 0,
        frozen: 0,
        played,
      };
      const good = {
        estimateBps: 2_000_000,
        sent: packets,
        sentLost: 0,
        sentBytes: bytes,
        rttMs: 50,
      };
      line.handleSample({ ...rest, ...good, ...change }, now);
    }
  };
  return {
    line,
    told,
    voices,
    changes,
    look,
    allowed: () => allowed,
    camera: (bps: number) => (picture = bps),
    now: () => now,
  };
}

describe('one’s own line', () => {
  it('is told after a welcome and at each change', () => {
    const { line, told, look, changes, allowed } = rig();
    line.handleWelcome();
    look(15, {});
    expect(told).toEqual([{ type: 'report_line', rung: 'clear', rtt_ms: null }]);
    look(3, { estimateBps: 100_000 });
    expect(told.at(-1)).toEqual({ type: 'report_line', rung: 'slow', rtt_ms: 50 });
    expect(changes).toEqual(['slow']);
    expect(allowed()).toBe(0);
    line.handleWelcome();
    expect(told).toHaveLength(3);
  });

  it('is not narrow because a still picture fills little of it', () => {
    const { changes, look } = rig();
    look(15, {});
    look(5, {}, 250_000);
    look(60, { estimateBps: 400_000 }, 250_000);
    expect(changes).toEqual([]);
    look(5, { estimateBps: 400_000 }, 390_000);
    expect(changes).toEqual(['saving']);
  });

  it('has the voice as the worst line on its way can take it', () => {
    const { line, voices, look } = rig();
    line.handleListeners(['clear', 'saving'], 0);
    line.handleListeners(['clear', 'saving'], 0);
    look(15, {});
    look(3, { estimateBps: 100_000 });
    line.handleListeners(['text'], 18_000);
    line.handleListeners([], 18_000);
    expect(voices).toEqual([COPIED, VOICE.slow, LOSSY.text, VOICE.slow]);
  });

  it('has the voice guarded while a moment is kept steady', () => {
    const { line, voices, look } = rig();
    line.handleSteady(true, 0);
    line.handleListeners(['saving'], 0);
    look(15, {});
    look(3, { estimateBps: 100_000 });
    line.handleSteady(true, 18_000);
    line.handleSteady(false, 18_000);
    // Of the two best rungs the voice is the same then.
    expect(voices).toEqual([GUARDED.slow, VOICE.slow]);
  });

  it('lets the picture wait and the voice be small when the others’ voice is missed', () => {
    const { line, voices, look, allowed, now } = rig();
    look(15, {});
    line.handleChoke(true, now());
    expect(allowed()).toBe(0);
    line.handleChoke(false, now());
    look(2, { rttMs: 900 });
    expect(allowed()).toBe(0);
    look(2, { rttMs: 60 });
    expect(allowed()).toBeNull();
    expect(voices).toEqual([VOICE.voice, VOICE.slow]);
    look(10, { rttMs: 60 });
    expect(voices.at(-1)).toBe(VOICE.clear);
  });

  it('has a smaller voice at once when no picture is wanted', () => {
    const { line, voices, look, now } = rig();
    look(15, {});
    line.handleWorth(0, now());
    expect(voices).toEqual([VOICE.slow]);
    look(11, {});
    expect(voices).toEqual([VOICE.slow, VOICE.clear]);
  });

  it('shows by a voice with its copy that there is room for one, where no picture could', () => {
    const { line, voices, look, camera } = rig();
    look(15, {});
    look(3, { estimateBps: 300_000 });
    expect(line.rung).toBe('saving');
    camera(0);
    look(1, { estimateBps: 80_000 }, 60_000);
    look(1, { estimateBps: 100_000 }, 60_000);
    expect(voices).toEqual([VOICE.saving, COPIED]);
    look(30, { estimateBps: 135_000 }, 80_000);
    expect(line.rung).toBe('clear');
  });

  it('lets every word go twice where it loses, or where the listener’s line is the narrow one', () => {
    const { line, voices, look, now } = rig();
    look(15, {});
    line.handleListeners(['slow'], now());
    line.handleListeners(['voice'], now());
    line.handleListeners([], now());
    expect(voices).toEqual([LOSSY.slow, LOSSY.voice, VOICE.clear]);
    look(3, { estimateBps: 100_000 });
    expect(voices.at(-1)).toBe(VOICE.slow);
    line.handleListeners(['slow'], now());
    expect(voices.at(-1)).toBe(VOICE.slow);
    let lost = 0;
    for (let turn = 0; turn < 60; turn++) look(0.5, { estimateBps: 60_000, sentLost: (lost += 2) });
    expect(voices.at(-1)).toBe(LOSSY.slow);
  });

  it('lets every word go twice beside a small picture, too, where it loses', () => {
    const { line, voices, look } = rig();
    look(15, {});
    look(3, { estimateBps: 300_000 });
    expect([line.rung, voices.at(-1)]).toEqual(['saving', VOICE.saving]);
    let lost = 0;
    const loses = (): Partial<PathStats> => ({ estimateBps: 300_000, sentLost: (lost += 5) });
    for (let turn = 0; turn < 60; turn++) look(0.5, loses());
    expect([line.rung, voices.at(-1)]).toEqual(['saving', COPIED]);
  });
});
