import { describe, expect, it } from 'vitest';

import { PlayerClock } from '../../src/recordings/player-clock';
import { WatchedLog } from '../../src/recordings/watched-log';

const span = (start_ms: number, stop_ms: number) => ({ start_ms, stop_ms });

describe('what somebody watched', () => {
  it('is one stretch where it went on', () => {
    const log = new WatchedLog();
    log.handlePlayed([span(0, 100.4), span(100.4, 200)]);
    log.handlePlayed([span(200.2, 1_000.6)]);
    expect(log.take()).toEqual([span(0, 1_001)]);
  });

  it('is told once', () => {
    const log = new WatchedLog();
    log.handlePlayed([span(0, 1_000)]);
    expect(log.take()).toEqual([span(0, 1_000)]);
    expect(log.take()).toEqual([]);
  });

  it('is told twice when it was played twice', () => {
    const log = new WatchedLog();
    log.handlePlayed([span(0, 1_000), span(0, 1_000)]);
    expect(log.take()).toEqual([span(0, 1_000), span(0, 1_000)]);
  });

  it('is not what passed within a tap', () => {
    const log = new WatchedLog();
    log.handlePlayed([span(0, 99), span(5_000, 6_000)]);
    expect(log.take()).toEqual([span(5_000, 6_000)]);
  });

  it('is kept when it could not be told, before what comes after', () => {
    const log = new WatchedLog();
    log.handlePlayed([span(0, 1_000)]);
    const untold = log.take();
    log.handlePlayed([span(1_000, 2_000)]);
    log.putBack(untold);
    expect(log.take()).toEqual([span(0, 1_000), span(1_000, 2_000)]);
  });

  it('is bounded without a line', () => {
    const log = new WatchedLog();
    for (let place = 0; place < 1_000; place += 1) log.putBack([span(place, place + 500)]);
    expect(log.take()).toHaveLength(400);
  });

  it('is what the clock went through: no hold, and nothing jumped over', () => {
    const clock = new PlayerClock(60_000, [span(2_000, 10_000)]);
    const log = new WatchedLog();
    clock.play(0);
    for (let now = 100; now <= 3_000; now += 100) log.handlePlayed(clock.handleTick(now));
    log.handlePlayed(clock.seek(30_000, 3_000));
    for (let now = 3_100; now <= 4_000; now += 100) log.handlePlayed(clock.handleTick(now));
    expect(log.take()).toEqual([span(0, 2_000), span(10_000, 11_000), span(30_000, 31_000)]);
  });
});
