/**
 * Are stills due in place of one's own picture? Pure: times are in ms.
 *
 * A still shows its owner too: after 30 s in which nobody could see anything of them, they are asked
 * before stills begin again (picture-return.ts). A picture that became slow was never away.
 */

import { PictureReturn } from './picture-return';
import { carriesPicture, worst } from './rungs';
import type { Rung } from '../protocol/wire';

export class StillPlan {
  /** One's own camera is on, by its owner's tap. */
  camera = false;
  /** What one's own line carries upward. */
  rung: Rung = 'clear';
  /** The whole line is kept for voice: it has no room for more than it has on rung `slow`. */
  steady = false;
  private rate: { readonly bps: number; readonly stills: boolean } | null = null;
  private readonly returning = new PictureReturn();

  /** What the gateway says of the picture. */
  handleRate(rate: { readonly bps: number; readonly stills: boolean }): void {
    this.rate = rate;
  }

  /** Take what has changed until now. */
  settle(now: number): void {
    const carried = this.wanted || this.moves;
    this.returning.handle({ on: this.camera, carried, unwatched: false }, now, now);
  }

  get due(): boolean {
    return this.wanted && !this.returning.blocks;
  }

  /** The owner is to be asked. */
  get asks(): boolean {
    return this.returning.asks;
  }

  /** The owner wants to be seen again. */
  handleTap(): void {
    this.returning.handleTap();
  }

  /** What the line is given to carry. */
  private get carries(): Rung {
    return this.steady ? worst([this.rung, 'slow']) : this.rung;
  }

  private get moves(): boolean {
    return carriesPicture(this.carries) && this.rate?.bps !== 0;
  }

  private get wanted(): boolean {
    const { carries } = this;
    if (!this.camera || carries === 'voice' || carries === 'text') return false;
    if (this.rate?.stills === true) return true;
    // No picture and no stills wanted: nobody is there who could see either.
    return carries === 'slow' && this.rate?.bps !== 0;
  }
}
