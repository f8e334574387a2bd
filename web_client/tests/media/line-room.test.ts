import { describe, expect, it } from 'vitest';

import { LineRoom } from '../../src/media/line-room';

describe('room on one’s own line', () => {
  it('is all there is, while nothing tells otherwise', () => {
    const room = new LineRoom();
    room.handleWorth(900_000, 0);
    expect(room.voiceAt(0)).toBe('clear');
    expect(room.hasPictureAt(0)).toBe(true);
  });

  it('is for a small voice alone while the others’ is missed, and for ten seconds a little more', () => {
    const room = new LineRoom();
    room.handleChoke(true, 1_000);
    expect(room.voiceAt(60_000)).toBe('voice');
    expect(room.hasPictureAt(60_000)).toBe(false);
    room.handleChoke(false, 60_000);
    expect(room.voiceAt(69_999)).toBe('slow');
    expect(room.voiceAt(70_000)).toBe('clear');
  });

  it('is for a picture when a new round trip says that nothing waits', () => {
    const room = new LineRoom();
    room.handleRoundTrip(50, 0);
    room.handleChoke(true, 1_000);
    room.handleChoke(false, 2_000);
    room.handleRoundTrip(50, 0);
    expect(room.hasPictureAt(3_000)).toBe(false);
    room.handleRoundTrip(2_050, 2_000);
    expect(room.hasPictureAt(4_000)).toBe(false);
    room.handleRoundTrip(120, 70);
    expect(room.hasPictureAt(4_000)).toBe(true);
    room.handleRoundTrip(2_050, 2_000);
    expect(room.hasPictureAt(4_000)).toBe(true);
  });

  it.each([
    [null, 13_000],
    [700, 23_000],
  ])('is for a picture in the end, though the round trip is %s', (rttMs, at) => {
    const room = new LineRoom();
    room.handleChoke(true, 0);
    room.handleChoke(false, 3_000);
    room.handleRoundTrip(rttMs, rttMs ?? 0);
    expect(room.hasPictureAt(at - 1)).toBe(false);
    expect(room.hasPictureAt(at)).toBe(true);
  });

  it('is for ten seconds less of voice from when no picture is wanted any more', () => {
    const room = new LineRoom();
    room.handleWorth(0, 1_000);
    expect(room.voiceAt(10_999)).toBe('slow');
    expect(room.hasPictureAt(1_000)).toBe(true);
    room.handleWorth(0, 10_000);
    expect(room.voiceAt(11_000)).toBe('clear');
    room.handleWorth(500_000, 12_000);
    room.handleWorth(0, 13_000);
    expect(room.voiceAt(13_000)).toBe('slow');
  });
});
