import { describe, expect, it } from 'vitest';

import { LADDER } from '../../src/media/rungs';
import {
  answerWith,
  bound,
  GUARDED,
  sameAnswer,
  VOICE,
  voiceBps,
} from '../../src/media/voice-settings';

const RUNGS = ['clear', 'saving', 'slow', 'voice', 'text'] as const;
const SECTION = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 63 111',
  'a=rtpmap:63 red/48000/2',
  'a=rtpmap:111 opus/48000/2',
  'a=mid:0',
  '',
].join('\r\n');
const ANSWER = `v=0\r\na=group:BUNDLE 0 1 2\r\n${SECTION}m=video 9 UDP 96\r\na=mid:1\r\n${SECTION}`;

describe('the voice', () => {
  it('has less on every lower rung, and always fits the line', () => {
    const rates = RUNGS.map((rung) => VOICE[rung].maxBitrate);
    expect(rates).toEqual([48_000, 32_000, 24_000, 16_000, 12_000]);
    const whole = RUNGS.map((rung) => Math.round(voiceBps(VOICE[rung]) / 1_000));
    expect(whole).toEqual([123, 59, 38, 30, 21]);
  });

  it('is sent twice where a moment is kept steady, and fits beside a still', () => {
    const still = 16_000;
    for (const { rung, leastBps } of LADDER.slice(0, 3)) {
      expect(GUARDED[rung].redundant).toBe(true);
      expect(GUARDED[rung].maxBitrate * 2).toBeGreaterThan(VOICE[rung].maxBitrate);
      expect(voiceBps(GUARDED[rung]) + still).toBeLessThanOrEqual(leastBps);
    }
    expect(GUARDED.voice.redundant).toBe(true);
    expect(voiceBps(GUARDED.voice) / voiceBps(VOICE.voice)).toBeLessThan(1.15);
    expect(GUARDED.text).toBe(VOICE.text);
  });

  it('is bounded once', () => {
    const parameters = { encodings: [{ active: true }] as RTCRtpEncodingParameters[] };
    expect(bound(parameters, VOICE.voice)).toBe(true);
    expect(parameters.encodings).toEqual([{ active: true, maxBitrate: 16_000 }]);
    expect(bound(parameters, VOICE.voice)).toBe(false);
  });

  it('needs another answer only for redundancy and frames', () => {
    expect(sameAnswer(VOICE.saving, { ...VOICE.saving, maxBitrate: 9_000 })).toBe(true);
    expect(sameAnswer(VOICE.clear, VOICE.saving)).toBe(false);
    expect(sameAnswer(VOICE.saving, VOICE.slow)).toBe(false);
    expect(sameAnswer(VOICE.voice, VOICE.text)).toBe(false);
  });
});

describe('an answer', () => {
  it('is as the gateway wrote it on the best rungs', () => {
    expect(answerWith(ANSWER, VOICE.clear)).toBe(ANSWER);
  });

  it('has Opus first where there is no room for redundancy', () => {
    const [, sending, , receiving] = answerWith(ANSWER, VOICE.slow).split(/(?=^m=)/m);
    expect(sending).toContain('SAVPF 111 63\r\n');
    expect(sending).toContain('a=ptime:40\r\n');
    expect(receiving).toBe(SECTION);
  });

  it('has longer frames on the lowest rungs, however often it is written', () => {
    const twice = answerWith(answerWith(ANSWER, VOICE.voice), VOICE.text);
    expect(twice.match(/a=ptime:\d+/g)).toEqual(['a=ptime:60']);
    expect(answerWith(answerWith(ANSWER, VOICE.text), VOICE.text)).toBe(
      answerWith(ANSWER, VOICE.text),
    );
  });

  it('without RED has none to put last', () => {
    const plain = ANSWER.replaceAll(' 63 111', ' 111').replaceAll(
      'a=rtpmap:63 red/48000/2\r\n',
      '',
    );
    expect(answerWith(plain, { ...VOICE.slow, frameMs: 20 })).toBe(plain);
  });
});
