/** What the page has to say to its person about their own side: one at a time, the gravest first. */

export type Hint = 'interrupted' | 'silent' | 'muted_talking' | 'low_battery';
export type HintStep = 'come_back' | 'other_microphone' | 'unmute' | 'fine';

/** The one thing to do about each. */
export const HINT_STEP: Readonly<Record<Hint, HintStep>> = {
  interrupted: 'come_back',
  silent: 'other_microphone',
  muted_talking: 'unmute',
  low_battery: 'fine',
};

const ORDER: readonly Hint[] = ['interrupted', 'muted_talking', 'silent', 'low_battery'];

export class Hints {
  private readonly shown = new Set<Hint>();

  constructor(private readonly changed: () => void) {}

  get first(): Hint | null {
    return ORDER.find((hint) => this.shown.has(hint)) ?? null;
  }

  show(hint: Hint): void {
    if (this.shown.has(hint)) return;
    this.shown.add(hint);
    this.changed();
  }

  drop(...hints: readonly Hint[]): void {
    const dropped = hints.filter((hint) => this.shown.delete(hint));
    if (dropped.length > 0) this.changed();
  }
}
