/** How loud each person is while a recording plays: measured in the page, kept nowhere. */

import { type EnergyTrack, rmsOf } from './energy';
import type { FileSeen } from '../protocol/bodies';

/** Louder than this is a voice, and not a room. */
const SPEAKS = 0.02;

interface Ear {
  readonly analyser: AnalyserNode;
  readonly samples: Float32Array<ArrayBuffer>;
}

export class Voices {
  private context: AudioContext | null = null;
  private readonly ears = new Map<HTMLMediaElement, Ear>();

  /** Only once somebody has tapped: a sound led through a context that may not run is no sound. */
  async begin(): Promise<void> {
    if (this.context !== null || typeof AudioContext === 'undefined') return;
    const context = new AudioContext();
    await context.resume().catch(() => undefined);
    if (context.state === 'running') this.context = context;
    else void context.close();
  }

  /** 0 to 1; null where it is not measured. */
  levelOf(element: HTMLMediaElement): number | null {
    const ear = this.ears.get(element) ?? this.listen(element);
    if (ear === null) return null;
    ear.analyser.getFloatTimeDomainData(ear.samples);
    return rmsOf(ear.samples);
  }

  /** Who speaks in what is played now; how loud they are is noted in their tracks. */
  speakers(
    active: readonly FileSeen[],
    elements: ReadonlyMap<number, HTMLMediaElement>,
    energy: ReadonlyMap<string, EnergyTrack>,
    positionMs: number,
  ): Set<string> {
    const speaking = new Set<string>();
    for (const { number, medium, party } of active) {
      const element = medium === 'audio' ? elements.get(number) : undefined;
      const level = element === undefined ? null : this.levelOf(element);
      if (level === null) continue;
      energy.get(party)?.note(positionMs, level);
      if (level > SPEAKS) speaking.add(party);
    }
    return speaking;
  }

  close(): void {
    this.ears.clear();
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  /** What has left the page is not kept. */
  forget(element: HTMLMediaElement): void {
    this.ears.get(element)?.analyser.disconnect();
    this.ears.delete(element);
  }

  private listen(element: HTMLMediaElement): Ear | null {
    const { context } = this;
    if (context === null) return null;
    const analyser = new AnalyserNode(context, { fftSize: 2_048 });
    context.createMediaElementSource(element).connect(analyser).connect(context.destination);
    const ear = { analyser, samples: new Float32Array(analyser.fftSize) };
    this.ears.set(element, ear);
    return ear;
  }
}
