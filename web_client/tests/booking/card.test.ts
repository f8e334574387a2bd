import { describe, expect, it } from 'vitest';

import { cardOf, deedsOf, NewestCards, noteOf, saidBy } from '../../src/booking/card';
import type { BookingCard, Message } from '../../src/protocol/wire';

const NOW = 1_800_000_000_000;
const TIME = { starts_at: NOW + 86_400_000, minutes: 50 };

function card(given: Partial<BookingCard>): BookingCard {
  return {
    booking: 'b1',
    revision: 1,
    done: 'ask',
    by: 'client',
    stage: 'asked',
    about: TIME,
    named: TIME,
    agreed: null,
    end: null,
    session: null,
    late: false,
    ...given,
  };
}

function message(number: number, body: string | null, kind: Message['kind'] = 'booking'): Message {
  const id = String(number);
  return { number, rev: number, id, author: 'a', kind, body, at: NOW, recalled: false };
}

const CONFIRMED = card({ stage: 'confirmed', named: null, agreed: TIME, session: 's1' });

describe('what can be done with a card', () => {
  it('is for who is asked to answer, and for who asked to take back', () => {
    expect(deedsOf(card({}), 'counsellor', NOW)).toEqual(['agree', 'another', 'decline']);
    expect(deedsOf(card({}), 'client', NOW)).toEqual(['another', 'take_back']);
  });

  it('is the other way round of what was suggested', () => {
    const suggested = card({ stage: 'suggested', by: 'counsellor' });
    expect(deedsOf(suggested, 'client', NOW)[0]).toBe('agree');
    expect(deedsOf(suggested, 'counsellor', NOW)[0]).toBe('another');
  });

  it('is to move and to cancel what is arranged, for both', () => {
    for (const side of ['client', 'counsellor'] as const)
      expect(deedsOf(CONFIRMED, side, NOW)).toEqual(['move', 'cancel']);
  });

  it('is nothing once the time has come, or it is over', () => {
    expect(deedsOf(CONFIRMED, 'client', TIME.starts_at)).toEqual([]);
    expect(deedsOf(card({ stage: 'ended', named: null }), 'client', NOW)).toEqual([]);
  });
});

describe('what a card says', () => {
  it('is told by who did it', () => {
    expect(saidBy(card({}), 'client')).toBe('booking.ask.own');
    expect(saidBy(card({}), 'counsellor')).toBe('booking.ask.other');
    expect(saidBy(card({ by: 'counsellor' }), 'client')).toBe('booking.offer.other');
    expect(saidBy(card({ done: 'cancel', stage: 'ended' }), 'client')).toBe('booking.cancel.own');
  });

  it('blames nobody for an hour that was missed', () => {
    const missed = card({ done: 'end', by: null, stage: 'ended', end: 'missed' });
    expect(saidBy(missed, 'client')).toBe('booking.end.missed');
    expect(saidBy(missed, 'counsellor')).toBe('booking.end.missed');
  });

  it('tells that the old time stays until the new one is agreed on', () => {
    const moving = card({ stage: 'move_asked', agreed: TIME });
    expect(noteOf(moving, 'client')).toBe('booking.until_then');
    const declined = card({ ...CONFIRMED, done: 'decline', by: 'counsellor' });
    expect(noteOf(declined, 'client')).toBe('booking.stays');
    expect(noteOf(CONFIRMED, 'client')).toBeNull();
  });
});

describe('cards of a thread', () => {
  it('are read from their messages, and from nothing else', () => {
    expect(cardOf(message(1, JSON.stringify(CONFIRMED)))).toEqual(CONFIRMED);
    expect(cardOf(message(1, null))).toBeNull();
    expect(cardOf(message(1, '{'))).toBeNull();
    expect(cardOf(message(1, JSON.stringify(CONFIRMED), 'text'))).toBeNull();
  });

  it('are answered by their newest alone, and change nothing where nothing new came', () => {
    const newest = new NewestCards();
    const first = [message(1, JSON.stringify(card({}))), message(2, 'x', 'text')];
    const known = newest.of(first);
    expect([...known]).toEqual([['b1', 1]]);
    expect(newest.of([...first, message(3, 'y', 'text')])).toBe(known);
    const agreed = JSON.stringify({ ...CONFIRMED, revision: 2 });
    expect([...newest.of([...first, message(4, agreed)])]).toEqual([['b1', 2]]);
  });
});
