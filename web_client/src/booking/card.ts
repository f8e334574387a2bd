/**
 * What a card of an hour says to who looks at it, and what they can do with it. Pure.
 *
 * The newest card of a booking is how it is; those before it are what was, and answer nothing.
 */

import type { Key } from '../i18n/language';
import type { BookingAct } from '../protocol/bodies';
import type { BookingCard, BookingSide, Message } from '../protocol/wire';

/** What can be done with a card, in the order it is offered; the first is what it asks for. */
export type Deed = 'agree' | 'another' | 'decline' | 'take_back' | 'move' | 'cancel';

/** `another` and `move` name a time first. */
export const ACT_OF: Readonly<Record<Deed, BookingAct>> = {
  agree: 'agree',
  another: 'suggest',
  move: 'suggest',
  decline: 'decline',
  take_back: 'take_back',
  cancel: 'cancel',
};

/** By how far the two have come: what who is asked can do, and what who asked. */
const DEEDS: Readonly<
  Record<BookingCard['stage'], { readonly asked: readonly Deed[]; readonly asker: readonly Deed[] }>
> = {
  asked: { asked: ['agree', 'another', 'decline'], asker: ['another', 'take_back'] },
  suggested: { asked: ['agree', 'another', 'decline'], asker: ['another', 'take_back'] },
  confirmed: { asked: ['move', 'cancel'], asker: ['move', 'cancel'] },
  move_asked: {
    asked: ['agree', 'another', 'decline', 'cancel'],
    asker: ['another', 'take_back', 'cancel'],
  },
  move_suggested: {
    asked: ['agree', 'another', 'decline', 'cancel'],
    asker: ['another', 'take_back', 'cancel'],
  },
  ended: { asked: [], asker: [] },
};

export function deedsOf(card: BookingCard, side: BookingSide, now: number): readonly Deed[] {
  const begins = card.agreed?.starts_at ?? card.named?.starts_at ?? 0;
  if (begins <= now) return [];
  return DEEDS[card.stage][isAsked(card, side) ? 'asked' : 'asker'];
}

/** Whether this side is waited for. */
export function isAsked(card: BookingCard, side: BookingSide): boolean {
  const of = {
    asked: 'counsellor',
    move_asked: 'counsellor',
    suggested: 'client',
    move_suggested: 'client',
  };
  return (of as Partial<Record<BookingCard['stage'], BookingSide>>)[card.stage] === side;
}

/** The card of a message; null of what is none, or is no longer kept. */
export function cardOf(message: Message): BookingCard | null {
  if (message.kind !== 'booking' || message.body === null) return null;
  try {
    return JSON.parse(message.body) as BookingCard;
  } catch {
    return null;
  }
}

/** The newest card of each booking, by its revision. The same object as before where nothing changed. */
export class NewestCards {
  private known: ReadonlyMap<string, number> = new Map();
  private seen: readonly Message[] = [];

  of(messages: readonly Message[]): ReadonlyMap<string, number> {
    if (messages === this.seen) return this.known;
    this.seen = messages;
    const found = new Map<string, number>();
    for (const message of messages) {
      const card = cardOf(message);
      if (card !== null)
        found.set(card.booking, Math.max(card.revision, found.get(card.booking) ?? 0));
    }
    if (!isSame(found, this.known)) this.known = found;
    return this.known;
  }
}

function isSame(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([booking, revision]) => other.get(booking) === revision);
}

const SAID: Readonly<Record<'own' | 'other', Readonly<Record<BookingCard['done'], Key>>>> = {
  own: {
    ask: 'booking.ask.own',
    agree: 'booking.agree',
    suggest: 'booking.suggest.own',
    decline: 'booking.decline.own',
    take_back: 'booking.take_back.own',
    cancel: 'booking.cancel.own',
    lapse: 'booking.lapse',
    move: 'booking.move',
    end: 'booking.end.cancelled',
  },
  other: {
    ask: 'booking.ask.other',
    agree: 'booking.agree',
    suggest: 'booking.suggest.other',
    decline: 'booking.decline.other',
    take_back: 'booking.take_back.other',
    cancel: 'booking.cancel.other',
    lapse: 'booking.lapse',
    move: 'booking.move',
    end: 'booking.end.cancelled',
  },
};

/** The sentence of a card, with blanks for `{name}` and `{when}`. */
export function saidBy(card: BookingCard, side: BookingSide): Key {
  if (card.done === 'end' && card.end === 'missed') return 'booking.end.missed';
  if (card.done === 'ask' && card.by === 'counsellor')
    return side === 'counsellor' ? 'booking.offer.own' : 'booking.offer.other';
  return SAID[card.by === side ? 'own' : 'other'][card.done];
}

const KEPT: ReadonlySet<BookingCard['done']> = new Set(['decline', 'take_back', 'lapse']);

/** What follows, in a second sentence; null where the first says all. */
export function noteOf(card: BookingCard, side: BookingSide): Key | null {
  switch (card.stage) {
    case 'move_asked':
    case 'move_suggested':
      return 'booking.until_then';
    case 'asked':
    case 'suggested':
      return isAsked(card, side) ? null : 'booking.waiting';
    case 'confirmed':
      if (KEPT.has(card.done)) return 'booking.stays';
      break;
    case 'ended':
  }
  return card.late ? 'booking.late' : null;
}
