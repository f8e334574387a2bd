import { describe, expect, it } from 'vitest';

import { EnergyTrack, rmsOf } from '../../src/recordings/energy';

describe('where somebody spoke', () => {
  it('is not known before it was heard, which is not silence', () => {
    const track = new EnergyTrack();
    track.note(0, 0);
    expect(track.drawn(1_000, 4)).toEqual([0, null, null, null]);
  });

  it('is the loudest of each part', () => {
    const track = new EnergyTrack();
    track.note(100, 1);
    track.note(200, 0.001);
    track.note(600, 0.0316227766);
    const [first, second] = track.drawn(1_000, 2);
    expect(first).toBe(1);
    expect(second).toBeCloseTo(0.5);
  });

  it.each([
    [0, 0],
    [0.000_1, 0],
    [1, 1],
    [2, 1],
  ])('takes %d for %d', (rms, level) => {
    const track = new EnergyTrack();
    track.note(0, rms);
    expect(track.drawn(250, 1)).toEqual([level]);
  });

  it('leaves out what is before the beginning', () => {
    const track = new EnergyTrack();
    track.note(-10, 1);
    expect(track.drawn(250, 1)).toEqual([null]);
  });

  it('has more parts than it was measured in', () => {
    const track = new EnergyTrack();
    track.note(0, 1);
    expect(track.drawn(500, 8).slice(0, 4)).toEqual([1, 1, 1, 1]);
  });

  it('measures samples', () => {
    expect(rmsOf(new Float32Array([0.5, -0.5, 0.5, -0.5]))).toBeCloseTo(0.5);
    expect(rmsOf(new Float32Array())).toBe(0);
  });
});
