import { expect, it } from 'vitest';

import { JoinClock } from '../../src/media/join-clock';

it('counts each phase from where it begins', () => {
  const clock = new JoinClock(1_000, 40);
  clock.mark('permitted', 1_200);
  clock.mark('welcomed', 1_100);
  clock.mark('connected', 1_400);
  clock.expect(1_150);
  clock.mark('heard', 1_450);
  clock.mark('seen', 1_600);
  expect(clock.phases()).toEqual({
    token: 40,
    permission: 200,
    signalling: 100,
    ice: 300,
    first_audio: 50,
    first_frame: 200,
    total: 600,
  });
});

it('does not count waiting for the other person', () => {
  const clock = new JoinClock(0, null);
  clock.mark('welcomed', 100);
  clock.mark('connected', 300);
  clock.expect(500_000);
  clock.mark('seen', 500_250);
  expect(clock.phases()).toEqual({ signalling: 100, ice: 200, first_frame: 250, total: 550 });
  expect(clock.since(500_250)).toBe(500_250);
});

it('takes only the first of everything, and leaves out what it does not know', () => {
  const clock = new JoinClock(0, null);
  clock.mark('welcomed', 100);
  clock.mark('welcomed', 900);
  clock.mark('seen', 50);
  expect(clock.phases()).toEqual({ signalling: 100 });
});

it('leaves out a figure the gateway would not take', () => {
  const clock = new JoinClock(0, 700_000);
  clock.mark('welcomed', 600_001);
  expect(clock.phases()).toEqual({});
});
