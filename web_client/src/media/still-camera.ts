/** Takes stills of one's own camera: a small picture of the moment as WebP, JPEG where there is no WebP. */

import { fit, type Step } from './still-size';

/** Until a camera that has just come on shows something. */
const READY_MS = 1_000;

export class StillCamera {
  private readonly video = document.createElement('video');
  private track: MediaStreamTrack | null = null;

  constructor() {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** Look at this track from now on, or at none. */
  look(track: MediaStreamTrack | null): void {
    if (track === this.track) return;
    this.track = track;
    this.video.srcObject = track === null ? null : new MediaStream([track]);
    if (track !== null) void this.video.play().catch(() => undefined);
  }

  /** What the camera shows now, as this step has it; null while it shows nothing. */
  async take(step: Step): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.track?.readyState !== 'live' || !(await this.ready())) return null;
    const { videoWidth, videoHeight } = this.video;
    const { width, height } = fit(videoWidth, videoHeight, step.side);
    const blob = await encode(this.video, width, height, step.quality);
    return blob === null ? null : new Uint8Array(await blob.arrayBuffer());
  }

  private async ready(): Promise<boolean> {
    const { video } = this;
    if (video.videoWidth > 0) return true;
    await new Promise<void>((done) => {
      const timer = window.setTimeout(done, READY_MS);
      video.addEventListener(
        'loadeddata',
        () => {
          window.clearTimeout(timer);
          done();
        },
        { once: true },
      );
    });
    return video.videoWidth > 0;
  }
}

async function encode(
  source: CanvasImageSource,
  width: number,
  height: number,
  quality: number,
): Promise<Blob | null> {
  const paper = draw(source, width, height);
  if (paper === null) return null;
  // A browser that cannot write WebP writes PNG, and says so.
  for (const type of ['image/webp', 'image/jpeg']) {
    const blob = await toBlob(paper, type, quality);
    if (blob?.type === type) return blob;
  }
  return null;
}

function draw(
  source: CanvasImageSource,
  width: number,
  height: number,
): OffscreenCanvas | HTMLCanvasElement | null {
  if ('OffscreenCanvas' in window) {
    const canvas = new OffscreenCanvas(width, height);
    return drawn(canvas.getContext('2d'), source, width, height) ? canvas : null;
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  return drawn(canvas.getContext('2d'), source, width, height) ? canvas : null;
}

function drawn(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null,
  source: CanvasImageSource,
  width: number,
  height: number,
): boolean {
  if (context === null) return false;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return true;
}

function toBlob(
  canvas: OffscreenCanvas | HTMLCanvasElement,
  type: string,
  quality: number,
): Promise<Blob | null> {
  if (!(canvas instanceof HTMLCanvasElement)) return canvas.convertToBlob({ type, quality });
  return new Promise((done) => canvas.toBlob(done, type, quality));
}
