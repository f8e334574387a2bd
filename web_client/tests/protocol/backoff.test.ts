import { describe, expect, it } from 'vitest';

import { ReturnPlan } from '../../src/protocol/backoff';
import { chance } from '../support/chance';

/** When a socket's first packet goes out, after the socket was made: two systems' habits. */
const REPEATS = [
  [0, 1_000, 3_000, 7_000],
  [0, 1_000, 2_000, 3_000, 4_000, 6_000],
];
/** Packet there and back, encryption, upgrade, and the seat: four round trips. */
const ROUND_TRIPS = 4;

/** How long Chromium may hold a socket back after so many that failed (WebSocketPerProcessThrottler). */
function heldMs(failed: number): number {
  return (5_000 * 2 ** Math.min(failed, 16)) / 2 ** 16;
}

interface Line {
  readonly deadMs: number;
  readonly rttMs: number;
  readonly repeats: readonly number[];
}

/** How long after the network's return the line stands, when it was noticed so late. */
function backAfter({ deadMs, rttMs, repeats }: Line, noticedMs: number, random: () => number) {
  const plan = new ReturnPlan();
  plan.handleTry(-10_000);
  plan.handleBack(-10_000 + ROUND_TRIPS * rttMs);
  let now = noticedMs;
  for (let tries = 0; tries < 2_000; tries++) {
    now += plan.handleLost('lost', now, random());
    const patience = plan.handleTry(now);
    const held = heldMs(tries) * random();
    const heard = repeats.map((after) => held + after).find((after) => now + after >= deadMs);
    if (heard !== undefined && heard + ROUND_TRIPS * rttMs <= patience)
      return now + heard + ROUND_TRIPS * rttMs - deadMs;
    now += patience;
  }
  return Infinity;
}

/** Over many moments of the network's return. */
function worst(aboutMs: number, rttMs: number, noticedMs: number): number {
  const random = chance(aboutMs);
  const all = REPEATS.flatMap((repeats) =>
    Array.from({ length: 200 }, (_, step) =>
      backAfter({ deadMs: aboutMs + step * 37, rttMs, repeats }, noticedMs, random),
    ),
  );
  return Math.max(...all);
}

describe('the network is back', () => {
  it('after 5 s: the line stands within 2.6 s', () => {
    expect(worst(5_000, 40, 1_500)).toBeLessThan(2_600);
  });

  it.each([25_000, 84_000])('after %i ms: within 4.2 s, held back as it is', (outage) => {
    expect(worst(outage, 40, 1_500)).toBeLessThan(4_200);
  });

  it('after an hour: within half a minute', () => {
    expect(worst(3_600_000, 40, 1_500)).toBeLessThan(30_000);
  });

  it('as a slow network: the line comes back, though each round trip takes a second', () => {
    expect(worst(25_000, 1_000, 1_500)).toBeLessThan(20_000);
  });

  it('as an hour ago, and a hint says so: close together again', () => {
    const plan = new ReturnPlan();
    let now = 0;
    while (now < 3_600_000) {
      now += plan.handleLost('lost', now, 0.5);
      now += plan.handleTry(now);
    }
    plan.handleHint(now);
    plan.handleTry(now);
    expect(plan.handleLost('lost', now, 0.5)).toBeLessThan(2_000);
  });
});

describe('many at once', () => {
  /** When a thousand pages try, all cut off at the same moment and refused at once. */
  function tries(loss: 'lost' | 'busy' | 'restarting', untilMs: number): number[] {
    const random = chance(7);
    return Array.from({ length: 1_000 }).flatMap(() => {
      const plan = new ReturnPlan();
      plan.handleTry(-10_000);
      plan.handleBack(-9_900);
      const at: number[] = [];
      let now = plan.handleLost(loss, 0, random());
      while (now < untilMs) {
        at.push(now);
        plan.handleTry(now);
        now += plan.handleLost(loss === 'restarting' ? 'lost' : loss, now, random());
      }
      return at;
    });
  }

  it('come back from a restart spread over a second and a half', () => {
    const within = (from: number, to: number): number =>
      tries('restarting', 2_000).filter((at) => at >= from && at < to).length;
    expect(within(0, 500)).toBe(0);
    expect(within(500, 600)).toBeLessThan(120);
    expect(within(1_000, 1_100)).toBeLessThan(120);
  });

  it('do not fall into step', () => {
    const seconds = tries('lost', 20_000).filter((at) => at >= 10_000);
    const tenth = Array.from({ length: 100 }, (_, step) => {
      const from = 10_000 + step * 100;
      return seconds.filter((at) => at >= from && at < from + 100).length;
    });
    expect(Math.max(...tenth)).toBeLessThan(2 * (seconds.length / 100));
  });

  it('give a busy gateway more and more room', () => {
    expect(tries('busy', 10_000).length).toBeLessThan(6_000);
    expect(tries('busy', 120_000).length).toBeLessThan(16_000);
  });
});
