/** Records a voice note by the browser's own recorder: Opus where it can, a minute at most. */

export const MOST_MS = 60_000;
/** Speech with all its breath, and a minute of it well under what is taken. */
const BITS_PER_SECOND = 32_000;
const TICK_MS = 200;
/** The last for phones that record no Opus: the gateway makes Opus of it. */
const TYPES = [
  'audio/webm;codecs=opus',
  'audio/ogg;codecs=opus',
  'audio/mp4;codecs=opus',
  'audio/mp4',
];

export interface Recorded {
  readonly bytes: Blob;
  readonly ms: number;
}

/** What this browser records a voice as; null where it records none. */
export function typeOfRecorder(): string | null {
  if (typeof MediaRecorder === 'undefined') return null;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

export interface RecorderOptions {
  readonly stream: MediaStream;
  readonly type: string;
  /** It goes on: so long already. */
  readonly tick: (ms: number) => void;
  /** It has ended: when it was told to, after a minute, or with its microphone. */
  readonly done: (recorded: Recorded) => void;
}

/** Records from the moment it is made. */
export class Recorder {
  private readonly recorder: MediaRecorder;
  private readonly parts: Blob[] = [];
  private readonly begun = performance.now();
  private readonly timer: number;
  private dropped = false;

  constructor(private readonly options: RecorderOptions) {
    const { stream, type } = options;
    this.recorder = new MediaRecorder(stream, {
      mimeType: type,
      audioBitsPerSecond: BITS_PER_SECOND,
    });
    this.recorder.addEventListener('dataavailable', ({ data }) => this.parts.push(data));
    this.recorder.addEventListener('stop', () => this.handleStop());
    this.recorder.start();
    this.timer = window.setInterval(() => this.handleTick(), TICK_MS);
  }

  stop(): void {
    if (this.recorder.state !== 'inactive') this.recorder.stop();
  }

  /** Nothing of it is kept. */
  drop(): void {
    this.dropped = true;
    this.stop();
  }

  private get ms(): number {
    return Math.min(performance.now() - this.begun, MOST_MS);
  }

  private handleTick(): void {
    this.options.tick(this.ms);
    if (this.ms >= MOST_MS) this.stop();
  }

  private handleStop(): void {
    const { ms } = this;
    window.clearInterval(this.timer);
    for (const track of this.options.stream.getTracks()) track.stop();
    if (this.dropped) return;
    this.options.done({ bytes: new Blob(this.parts, { type: this.options.type }), ms });
  }
}
