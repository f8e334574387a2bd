/**
 * One's own picture that the network took: does it come back by itself? Pure: times are in ms.
 *
 * Rule 1: a picture that was off for more than 30 s comes back by its owner's tap alone. Meanwhile they
 * may have looked away from the camera, or have begun to cry (product.md T-222).
 * Rule 2: who switches their camera off and on again has tapped: nothing is asked.
 */

/** What the network and the owner's own switch say. */
export interface PictureState {
  /** The camera is on. */
  readonly on: boolean;
  /** The network has room for the picture. */
  readonly carried: boolean;
  /** Nobody is there who could see it. That takes no picture away, and brings none back. */
  readonly unwatched: boolean;
}

type State = 'free' | 'held' | 'asking';
type Input = 'off' | 'gone' | 'back' | 'late' | 'tap';

/** An absent input changes nothing. */
const TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Input, State>>>>> = {
  free: { gone: 'held' },
  held: { off: 'free', back: 'free', late: 'asking' },
  asking: { off: 'free', gone: 'held', tap: 'free' },
};

const LONG_MS = 30_000;

export class PictureReturn {
  private state: State = 'free';
  private since = 0;

  /** The owner is to be asked now. */
  get asks(): boolean {
    return this.state === 'asking';
  }

  /** Nothing of the picture may be sent. */
  get blocks(): boolean {
    return this.state !== 'free';
  }

  /** Take how things are. `since` is from when they may have been so, at most `now`. */
  handle({ on, carried, unwatched }: PictureState, since: number, now: number): void {
    if (!on) this.step('off');
    else if (unwatched && (this.state === 'free' || carried)) return;
    else if (!carried) {
      if (this.state === 'free') this.since = since;
      this.step('gone');
    } else this.step(now - this.since > LONG_MS ? 'late' : 'back');
  }

  /** The owner wants it back. */
  handleTap(): void {
    this.step('tap');
  }

  private step(input: Input): void {
    this.state = TRANSITIONS[this.state][input] ?? this.state;
  }
}
