/**
 * Reads the level of one's own microphone, also while it is muted towards the others. Nothing of it
 * leaves this page: the samples become one number and are gone.
 */

import { decibels } from './sound-watch';

const SAMPLES = 2_048;

/** Safari's word for a context that a phone call has taken; the type does not know it. */
const INTERRUPTED = 'interrupted';

export class Ear {
  private context: AudioContext | null = null;
  private analyser: AnalyserNode | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private probe: MediaStreamTrack | null = null;
  private heard: MediaStreamTrack | null = null;
  private readonly samples = new Float32Array(SAMPLES);

  /** `interrupted`: the machine took the sound away from the page, as for a phone call. */
  constructor(private readonly interrupted: () => void) {}

  /** Listen to this track from now on; null to hear nothing. */
  listen(track: MediaStreamTrack | null): void {
    if (track === this.heard) return;
    this.letGo();
    this.heard = track;
    if (track === null) return;
    // A copy hears on while the one that is sent is muted.
    this.probe = track.clone();
    this.probe.enabled = true;
    const context = (this.context ??= this.open());
    this.analyser ??= this.makeAnalyser(context);
    this.source = context.createMediaStreamSource(new MediaStream([this.probe]));
    this.source.connect(this.analyser);
    void this.resume();
  }

  /** dBFS of the last moment; null when nothing can be known. */
  level(): number | null {
    if (this.analyser === null || this.probe === null || this.context?.state !== 'running') {
      return null;
    }
    this.analyser.getFloatTimeDomainData(this.samples);
    return decibels(this.samples);
  }

  async resume(): Promise<void> {
    await this.context?.resume().catch(() => undefined);
  }

  close(): void {
    this.letGo();
    void this.context?.close().catch(() => undefined);
    this.context = null;
    this.analyser = null;
  }

  private open(): AudioContext {
    const context = new AudioContext();
    context.addEventListener('statechange', () => {
      if ((context.state as string) === INTERRUPTED) this.interrupted();
    });
    return context;
  }

  private makeAnalyser(context: AudioContext): AnalyserNode {
    const analyser = context.createAnalyser();
    analyser.fftSize = SAMPLES;
    return analyser;
  }

  private letGo(): void {
    this.source?.disconnect();
    this.source = null;
    this.probe?.stop();
    this.probe = null;
    this.heard = null;
  }
}
