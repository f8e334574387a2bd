/** Are stills due in place of one's own picture? Pure. */

import type { Rung } from '../protocol/wire';

export class StillPlan {
  /** One's own camera is on, by its owner's tap. */
  camera = false;
  /** What one's own line carries upward. */
  rung: Rung = 'clear';
  private rate: { readonly bps: number; readonly stills: boolean } | null = null;

  /** What the gateway says of the picture. */
  handleRate(rate: { readonly bps: number; readonly stills: boolean }): void {
    this.rate = rate;
  }

  get due(): boolean {
    if (!this.camera || this.rung === 'voice' || this.rung === 'text') return false;
    if (this.rate?.stills === true) return true;
    // No picture and no stills wanted: nobody is there who could see either.
    return this.rung === 'slow' && this.rate?.bps !== 0;
  }
}
