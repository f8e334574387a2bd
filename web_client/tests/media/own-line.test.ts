import { describe, expect, it } from 'vitest';

import { OwnLine } from '../../src/media/own-line';
import type { PathStats } from '../../src/media/stats';
import { GUARDED, VOICE, type VoiceSettings } from '../../src/media/voice-settings';
import type { ReportLine, Rung } from '../../src/protocol/wire';

function rig() {
  const told: ReportLine[] = [];
  const voices: VoiceSettings[] = [];
  const changes: Rung[] = [];
  let allowed: number | null = null;
  const line = new OwnLine({
    send: (report) => {
      told.push(report);
      return Promise.reject(new Error('no connection'));
    },
    allow: (bps) => (allowed = bps),
    speak: (voice) => voices.push(voice),
    pictureBps: () => 1_000_000,
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
      const rest = { bytes: 1, cipher: null, received: 0, lost: 0, voice: 0, asked: 0 };
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
  return { line, told, voices, changes, look, allowed: () => allowed };
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
    line.handleListeners(['clear', 'saving']);
    line.handleListeners(['clear', 'saving']);
    look(15, {});
    look(3, { estimateBps: 100_000 });
    line.handleListeners(['text']);
    line.handleListeners([]);
    expect(voices).toEqual([VOICE.saving, VOICE.slow, VOICE.text, VOICE.slow]);
  });

  it('has the voice guarded while a moment is kept steady', () => {
    const { line, voices, look } = rig();
    line.handleSteady(true);
    line.handleListeners(['saving']);
    look(15, {});
    look(3, { estimateBps: 100_000 });
    line.handleSteady(true);
    line.handleSteady(false);
    // Of the two best rungs the voice is the same then.
    expect(voices).toEqual([GUARDED.slow, VOICE.slow]);
  });
});
