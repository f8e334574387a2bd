import { expect, it } from 'vitest';

import { type Interruption, InterruptionWatch } from '../../src/media/interruption';

function after(inputs: readonly Interruption[], on = true): boolean {
  const watch = new InterruptionWatch();
  for (const input of inputs) watch.handle(input, on);
  return watch.interrupted;
}

it.each<[string, Interruption[], boolean]>([
  ['a call took the track and the page is back', ['track_muted', 'hidden', 'visible'], true],
  ['the page was hidden first', ['hidden', 'track_muted', 'visible'], true],
  ['the track ended', ['hidden', 'track_ended', 'visible'], true],
  ['the page is still away', ['track_muted', 'hidden'], false],
  ['the page was never away', ['track_muted'], false],
  ['only another tab was looked at', ['hidden', 'visible'], false],
  ['the sound was taken from the page', ['context_interrupted'], true],
  ['a fresh microphone came', ['track_muted', 'hidden', 'fresh', 'visible'], false],
  ['its person came back', ['context_interrupted', 'fresh'], false],
])('%s', (_, inputs, interrupted) => {
  expect(after(inputs)).toBe(interrupted);
});

it('takes nothing from a microphone that is off', () => {
  expect(after(['track_muted', 'hidden', 'visible'], false)).toBe(false);
  expect(after(['context_interrupted'], false)).toBe(false);
});

it('does not believe in a second look that all is well', () => {
  const watch = new InterruptionWatch();
  for (const input of ['track_muted', 'hidden', 'visible', 'hidden', 'visible'] as const) {
    watch.handle(input, true);
  }
  expect(watch.interrupted).toBe(true);
});
