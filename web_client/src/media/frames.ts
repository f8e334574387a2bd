/** Follows the frames an element shows, where the browser tells of each (requestVideoFrameCallback). */

import { type Freezes, FreezeWatch, type Picture } from './freeze-watch';

/** More at once than a page misses by being busy: another track is counted anew. */
const MOST = 100;

export class Frames {
  private readonly freeze = new FreezeWatch();
  private followed: HTMLVideoElement | null = null;

  /** Note every frame of this element for as long as it is in the page. */
  follow(video: HTMLVideoElement): void {
    if (this.followed === video || !('requestVideoFrameCallback' in video)) return;
    this.followed = video;
    let presented = NaN;
    const next: VideoFrameRequestCallback = (_now, { presentedFrames }) => {
      const shown = presentedFrames - presented;
      presented = presentedFrames;
      this.freeze.handleFrames(performance.now(), shown > 0 && shown <= MOST ? shown : 1);
      if (video.isConnected) video.requestVideoFrameCallback(next);
      else this.followed = null;
    };
    video.requestVideoFrameCallback(next);
  }

  reset(): void {
    this.freeze.reset();
  }

  get picture(): Picture {
    this.look();
    return this.freeze.at(performance.now());
  }

  /** How often the picture froze since the last call. */
  take(): Freezes {
    this.look();
    return this.freeze.take(performance.now());
  }

  private look(): void {
    // A page nobody looks at paints nothing: that is no stuck picture.
    if (document.hidden) this.freeze.reset();
  }
}
