import { describe, expect, it } from 'vitest';

import { Hand, newHand, type Written } from '../../src/thread/hand';
import { chance } from '../support/chance';

import type { Code } from '../../src/protocol/wire';

/** The gateway's side of the rules (signaling/domain/thread.py), for one author. */
class Gateway {
  readonly stored: Written[] = [];
  private readonly hands = new Map<string, { last: number; lastId: string }>();

  write(hand: string, { id, ref, after, ...rest }: Written): Code | null {
    const held = this.hands.get(hand) ?? { last: 0, lastId: '' };
    const known = this.stored.some((each) => each.id === id);
    if (known && ref <= held.last) return null;
    if (ref <= held.last) return 'hand_taken';
    if (ref > held.last + 1) return 'text_out_of_order';
    if (after !== held.lastId) return 'hand_taken';
    this.hands.set(hand, { last: ref, lastId: id });
    if (!known) this.stored.push({ id, ref, after, ...rest });
    return null;
  }
}

interface Flying {
  readonly from: Hand;
  readonly hand: string;
  readonly sent: Written;
}

/** Messages and answers are lost, doubled and overtaken, until everything is stored. */
class World {
  private readonly flying: Flying[] = [];
  private readonly answers: [Flying, Code | null][] = [];
  private names = 0;

  constructor(
    private readonly hands: readonly Hand[],
    private readonly gateway: Gateway,
    private readonly random: () => number,
  ) {}

  settle(): void {
    for (let step = 0; step < 50_000; step++) {
      if (this.hands.every((each) => each.due === null)) return;
      this.send();
      this.arrive();
      this.answer();
    }
    throw new Error('it does not come to an end');
  }

  private send(): void {
    const from = this.any(this.hands);
    const sent = from?.due ?? null;
    if (from === undefined || sent === null || this.flying.length >= 20) return;
    this.copies(() => this.flying.push({ from, hand: from.state.name, sent }));
  }

  private arrive(): void {
    const [arrived] = this.flying.splice(this.place(this.flying.length), 1);
    if (arrived === undefined) return;
    const code = this.gateway.write(arrived.hand, arrived.sent);
    this.copies(() => this.answers.push([arrived, code]));
  }

  private answer(): void {
    const [answer] = this.answers.splice(this.place(this.answers.length), 1);
    if (answer === undefined) return;
    const [{ from, sent }, code] = answer;
    if (code === null) from.handleStored(sent);
    else if (code === 'hand_taken') from.handleTaken(sent, `fresh-${this.names++}`);
  }

  private copies(each: () => void): void {
    const chance = this.random();
    if (chance >= 0.2) each();
    if (chance > 0.95) each();
  }

  private any<T>(all: readonly T[]): T | undefined {
    return all[this.place(all.length)];
  }

  private place(count: number): number {
    return Math.floor(this.random() * count);
  }
}

function settle(hands: readonly Hand[], gateway: Gateway, random: () => number): void {
  new World(hands, gateway, random).settle();
}

function bodies(gateway: Gateway, whose: string): string[] {
  return gateway.stored.map(({ body }) => body).filter((body) => body.startsWith(whose));
}

function due(hand: Hand): Written {
  if (hand.due === null) throw new Error('nothing is due');
  return hand.due;
}

const numbered = (whose: string): string[] =>
  Array.from({ length: 30 }, (_, place) => `${whose}${place}`);

describe('messages on their way', () => {
  it.each(Array.from({ length: 100 }, (_, seed) => seed))(
    'are stored once and in order (%i)',
    (seed) => {
      const gateway = new Gateway();
      const hand = new Hand(newHand('phone'));
      for (const body of numbered('a')) hand.write(body, body, 0);
      settle([hand], gateway, chance(seed));
      expect(bodies(gateway, 'a')).toEqual(numbered('a'));
    },
  );

  it.each(Array.from({ length: 100 }, (_, seed) => seed))(
    'of two browsers with a copy of one storage, too (%i)',
    (seed) => {
      const gateway = new Gateway();
      const one = new Hand(newHand('phone'));
      for (const body of numbered('a')) one.write(body, body, 0);
      const other = new Hand(one.state);
      for (const body of numbered('b')) one.write(body, body, 0);
      for (const body of numbered('c')) other.write(body, body, 0);
      settle([one, other], gateway, chance(seed));
      for (const whose of ['a', 'b', 'c']) expect(bodies(gateway, whose)).toEqual(numbered(whose));
    },
  );

  it('outlive the page with their places', () => {
    const before = new Hand(newHand('phone'));
    before.write('1', 'one', 5);
    before.write('2', 'two', 6);
    const after = new Hand(JSON.parse(JSON.stringify(before.state)) as typeof before.state);
    expect(after.due).toEqual({ id: '1', ref: 1, after: '', kind: 'text', body: 'one', at: 5 });
    after.handleStored(due(after));
    expect(after.due).toEqual({ id: '2', ref: 2, after: '1', kind: 'text', body: 'two', at: 6 });
    after.write('3', 'three', 7);
    expect(after.state).toMatchObject({ last: 3, lastId: '3' });
  });

  it('stay what they are, under another hand and tried again', () => {
    const hand = new Hand(newHand('phone'));
    hand.write('1', '{"feeling":"sad"}', 0, 'feeling');
    hand.handleTaken(due(hand), 'other');
    expect(hand.due).toMatchObject({ id: '1', kind: 'feeling' });
    hand.handleRefused(due(hand), 'busy');
    hand.retry('1', 9);
    expect(hand.due).toMatchObject({ id: '1', kind: 'feeling' });
  });

  it('that are refused give their place to what follows, and may be tried again', () => {
    const hand = new Hand(newHand('phone'));
    for (const id of ['1', '2', '3']) hand.write(id, id, 0);
    hand.handleStored(due(hand));
    hand.handleRefused(due(hand), 'too_large');
    expect(hand.state.failed).toEqual([
      { id: '2', kind: 'text', body: '2', at: 0, code: 'too_large' },
    ]);
    expect(hand.due).toMatchObject({ id: '3', ref: 2, after: '1' });
    hand.retry('2', 9);
    expect(hand.state.failed).toEqual([]);
    expect(hand.state.unsent.map(({ id, ref, after }) => [id, ref, after])).toEqual([
      ['3', 2, '1'],
      ['2', 3, '3'],
    ]);
    hand.retry('2', 9);
    expect(hand.state.unsent).toHaveLength(2);
  });

  it('are not moved by an answer about a place they no longer have', () => {
    const hand = new Hand(newHand('phone'));
    const first = hand.write('1', 'one', 0);
    hand.handleTaken(first, 'another');
    const { state } = hand;
    hand.handleStored(first);
    hand.handleTaken(first, 'third');
    hand.handleRefused(first, 'malformed');
    expect(hand.state).toBe(state);
    expect(hand.state.name).toBe('another');
  });

  it('can be given up', () => {
    const hand = new Hand(newHand('phone'));
    hand.handleRefused(hand.write('1', 'one', 0), 'not_allowed');
    hand.discard('1');
    expect(hand.state).toEqual(newHand('phone'));
  });
});
