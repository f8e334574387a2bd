/** A feeling said by card: its words and places, and how it travels where only text does. Pure. */

import type { BodyPlace, Feeling, FeelingCard } from '../protocol/wire';

/** From what is easy to say to what is hard; the last is for whom none fits. */
export const FEELINGS: readonly Feeling[] = [
  'calm',
  'hopeful',
  'tired',
  'tense',
  'afraid',
  'sad',
  'lonely',
  'angry',
  'ashamed',
  'numb',
  'unsure',
];
export const PLACES: readonly BodyPlace[] = [
  'head',
  'throat',
  'chest',
  'stomach',
  'back',
  'hands',
  'legs',
  'all_over',
];
export const MOST_STRONG = 10;

/**
 * The card that a line of a room's text is; null of words. Only what is a card to the last field is taken
 * for one: whatever else somebody wrote is shown as they wrote it.
 */
export function feelingIn(line: string): FeelingCard | null {
  if (!line.startsWith('{"feeling":')) return null;
  const { feeling, strength = null, place = null, ...more } = fieldsOf(line);
  if (Object.keys(more).length > 0 || !isOne(FEELINGS, feeling)) return null;
  if (place !== null && !isOne(PLACES, place)) return null;
  return strength === null || isStrength(strength) ? { feeling, strength, place } : null;
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function isOne<T>(all: readonly T[], value: unknown): value is T {
  return (all as readonly unknown[]).includes(value);
}

function isStrength(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_STRONG;
}
