import { describe, expect, it } from 'vitest';

import { activeAt, nearAt, PlayerClock, type Span } from '../../src/recordings/player-clock';

const HOLD = { start_ms: 10_000, stop_ms: 40_000 };
const spans = (...pairs: (readonly [number, number])[]): Span[] =>
  pairs.map(([start_ms, stop_ms]) => ({ start_ms, stop_ms }));

function running(lengthMs = 60_000, held: readonly Span[] = []): PlayerClock {
  const clock = new PlayerClock(lengthMs, held);
  clock.play(0);
  return clock;
}

describe('the clock of a player', () => {
  it('stands until somebody plays', () => {
    const clock = new PlayerClock(60_000, []);
    expect(clock.handleTick(5_000)).toEqual([]);
    expect(clock.positionMs).toBe(0);
  });

  it('goes on with time, and tells what it went through', () => {
    const clock = running();
    expect(clock.handleTick(1_000)).toEqual(spans([0, 1_000]));
    expect(clock.handleTick(1_500)).toEqual(spans([1_000, 1_500]));
  });

  it.each([0.75, 1, 2])('goes %d times as fast', (speed) => {
    const clock = running();
    clock.setSpeed(speed, 0);
    clock.handleTick(2_000);
    expect(clock.positionMs).toBe(2_000 * speed);
  });

  it('keeps what was gone at one speed when another is chosen', () => {
    const clock = running();
    expect(clock.setSpeed(2, 1_000)).toEqual(spans([0, 1_000]));
    clock.handleTick(2_000);
    expect(clock.positionMs).toBe(3_000);
  });

  it('goes over a hold, which nobody has seen', () => {
    const clock = running(60_000, [HOLD]);
    expect(clock.handleTick(12_000)).toEqual(spans([0, 10_000], [40_000, 42_000]));
    expect(clock.positionMs).toBe(42_000);
  });

  it('goes over several holds in one step', () => {
    const clock = running(60_000, spans([1_000, 2_000], [3_000, 4_000]));
    expect(clock.handleTick(3_000)).toEqual(spans([0, 1_000], [2_000, 3_000], [4_000, 5_000]));
  });

  it('begins after a hold that is at the very start', () => {
    expect(new PlayerClock(60_000, spans([0, 3_000])).positionMs).toBe(3_000);
  });

  it('takes holds that touch for one', () => {
    const clock = running(60_000, spans([5_000, 6_000], [6_010, 9_000]));
    clock.handleTick(6_000);
    expect(clock.positionMs).toBe(10_000);
  });

  it('ends at the end, also where that is a hold', () => {
    const clock = running(60_000, spans([50_000, 90_000]));
    expect(clock.handleTick(70_000)).toEqual(spans([0, 50_000]));
    expect([clock.ended, clock.playing, clock.positionMs]).toEqual([true, false, 60_000]);
  });

  it('begins anew when it is played from the end', () => {
    const clock = running(1_000);
    clock.handleTick(2_000);
    clock.play(3_000);
    expect(clock.positionMs).toBe(0);
    expect(clock.playing).toBe(true);
  });

  it('jumps without having played what it jumped over', () => {
    const clock = running();
    expect(clock.seek(30_000, 1_000)).toEqual(spans([0, 1_000]));
    expect(clock.handleTick(2_000)).toEqual(spans([30_000, 31_000]));
  });

  it.each([
    [-5_000, 0],
    [20_000, 40_000],
    [99_000, 60_000],
  ])('lands from a jump to %d at %d', (to, at) => {
    const clock = running(60_000, [HOLD]);
    clock.seek(to, 0);
    expect(clock.positionMs).toBe(at);
  });

  it('waits for what is not there yet, and has not played meanwhile', () => {
    const clock = running();
    expect(clock.handleReady(false, 1_000)).toEqual(spans([0, 1_000]));
    expect([clock.waiting, clock.playing]).toEqual([true, true]);
    expect(clock.handleReady(true, 4_000)).toEqual([]);
    expect(clock.handleTick(5_000)).toEqual(spans([1_000, 2_000]));
  });

  it('tells at a pause what was played until then', () => {
    const clock = running();
    expect(clock.pause(700)).toEqual(spans([0, 700]));
    expect(clock.handleTick(9_000)).toEqual([]);
  });

  it('is not turned back by a clock that is', () => {
    const clock = running();
    clock.handleTick(1_000);
    expect(clock.handleTick(500)).toEqual([]);
    expect(clock.positionMs).toBe(1_000);
  });
});

describe('what is there', () => {
  const first = { name: 'first', starts_ms: 0, duration_ms: 10_000 };
  const second = { name: 'second', starts_ms: 40_000, duration_ms: 10_000 };

  it.each([
    [0, ['first']],
    [9_999, ['first']],
    [10_000, []],
    [45_000, ['second']],
  ])('at %d is %j', (ms, names) => {
    expect(activeAt([first, second], ms).map(({ name }) => name)).toEqual(names);
  });

  it('is fetched before it is seen, also behind a hold', () => {
    const near = (ms: number): string[] =>
      nearAt([first, second], [HOLD], ms, 5_000).map(({ name }) => name);
    expect(near(2_000)).toEqual(['first']);
    expect(near(6_000)).toEqual(['first', 'second']);
    expect(near(41_000)).toEqual(['second']);
  });

  it('is not fetched long before it is seen', () => {
    expect(nearAt([second], [], 6_000, 5_000)).toEqual([]);
  });
});
