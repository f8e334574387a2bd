import { describe, expect, it } from 'vitest';

import { chance } from '../support/chance';
import { settle } from '../support/fakes';
import { type SimulatedSeat, type Weather, World } from '../support/gateway';

const BAD: Weather = { loss: 0.2, double: 0.1, delayMs: 400, haste: 0.03 };
const CLEAR: Weather = { loss: 0, double: 0, delayMs: 40, haste: 0 };
const LINES = 200;

async function pass(world: World, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 20) {
    world.timers.pass(20);
    await settle();
  }
}

/** Something happens to somebody's lines, now and then. */
function disturb(seat: SimulatedSeat, random: () => number): void {
  const what = random();
  if (what < 0.05) seat.openChannel();
  else if (what < 0.1) seat.closeChannel();
}

/** 200 lines each way; three times each line breaks. */
async function conversation(world: World, seats: [SimulatedSeat, SimulatedSeat]): Promise<void> {
  const [a, b] = seats;
  for (let line = 1; line <= LINES; line++) {
    a.session.texts.write(`a${line}`);
    b.session.texts.write(`b${line}`);
    for (const seat of seats) {
      disturb(seat, world.random);
      if (line % 50 === (seat === a ? 10 : 30)) seat.break();
    }
    await pass(world, 100);
  }
  world.weather = CLEAR;
  // A last reconnect: what was lost behind the last line is found by nothing else.
  await pass(world, 120_000);
  for (const seat of seats) seat.break();
  await pass(world, 20_000);
}

const numbered = (name: string): string[] =>
  Array.from({ length: LINES }, (_, place) => `${name}${place + 1}`);

describe('200 lines each way', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'arrive once and in order, whatever happens (%i)',
    async (n) => {
      const world = new World(chance(n), BAD);
      const seats: [SimulatedSeat, SimulatedSeat] = [world.enter('a'), world.enter('b')];
      await conversation(world, seats);
      for (const seat of seats) {
        expect(seat.bodies.filter((body) => body.startsWith('a'))).toEqual(numbered('a'));
        expect(seat.bodies.filter((body) => body.startsWith('b'))).toEqual(numbered('b'));
        expect(seat.session.texts.texts.map(({ seq }) => seq)).toEqual(
          Array.from({ length: 2 * LINES }, (_, place) => place + 1),
        );
        expect(seat.session.texts.waiting).toEqual([]);
      }
      expect(seats[0].bodies).toEqual(seats[1].bodies);
    },
  );
});

describe('a gateway that restarts with an empty text', () => {
  it('is told what it has not, and what was said stays said, one’s own as one’s own', async () => {
    const before = new World(chance(1), CLEAR);
    const page = before.enter('a');
    await pass(before, 500);
    page.session.texts.write('before');
    await pass(before, 500);
    expect(page.bodies).toEqual(['before']);
    page.restartGateway('log-two', 'a-again');
    page.session.texts.write('after');
    await pass(before, 5_000);
    expect(page.bodies).toEqual(['before', 'after']);
    const { texts } = page.session.texts;
    expect(texts.map(({ sender }) => sender)).toEqual(['a-again', 'a-again']);
    expect(texts.map(({ seq }) => seq)).toEqual([0, 1]);
  });
});
