/** The slow picture, both ways: stills of one's own camera while they are due, and the others' stills. */

import { StillShelf, type Still } from './still-assembler';
import { StillCamera } from './still-camera';
import { StillPlan } from './still-plan';
import { StillSender } from './still-sender';
import type { Event, ParticipantView, Rung, SlotView } from '../protocol/wire';

export interface StillsOptions {
  /** Something waits on the path's channels, or they are not open. */
  readonly held: () => boolean;
  readonly send: (chunk: Uint8Array<ArrayBuffer>) => void;
  /** Somebody's still is a new one, or one's own waits for a tap, or no longer. */
  readonly changed: () => void;
}

export class Stills {
  private readonly plan = new StillPlan();
  private readonly shelf = new StillShelf();
  private readonly camera = new StillCamera();
  private readonly sender: StillSender;
  private track: MediaStreamTrack | null = null;

  constructor(private readonly options: StillsOptions) {
    this.sender = new StillSender({
      take: (step) => this.camera.take(step),
      held: options.held,
      send: options.send,
      later: (callback, ms) => {
        const timer = window.setTimeout(callback, ms);
        return () => window.clearTimeout(timer);
      },
      now: () => performance.now(),
    });
  }

  /** One's own camera; null while it is off. */
  handleCamera(track: MediaStreamTrack | null): void {
    this.track = track;
    this.plan.camera = track !== null;
    this.update();
  }

  handleEvent(event: Event): void {
    if (event.type !== 'rate') return;
    this.plan.handleRate(event);
    this.update();
  }

  /** What one's own line carries upward. */
  handleRung(rung: Rung): void {
    this.plan.rung = rung;
    this.update();
  }

  /** The whole line is kept for voice, or no longer. */
  handleSteady(steady: boolean): void {
    if (steady === this.plan.steady) return;
    this.plan.steady = steady;
    this.update();
  }

  handleRoom(slots: readonly SlotView[], people: readonly ParticipantView[]): void {
    this.shelf.handleSlots(
      slots.map(({ participant }) => participant ?? null),
      performance.now(),
    );
    this.shelf.handleCameras(new Set(people.filter(({ camera }) => camera).map(({ id }) => id)));
  }

  handleMessage(message: ArrayBuffer): void {
    if (this.shelf.handleMessage(message, performance.now())) this.options.changed();
  }

  /** The person's last still, while it is of now. */
  of(person: string): Still | null {
    return this.shelf.of(person, performance.now());
  }

  close(): void {
    this.handleCamera(null);
  }

  /** Nobody has seen anything of this person for so long that they are asked first. */
  get asks(): boolean {
    return this.plan.asks;
  }

  /** The owner's tap: they may be seen again. */
  open(): void {
    this.plan.handleTap();
    this.update();
  }

  private update(): void {
    const { asks } = this.plan;
    this.plan.settle(performance.now());
    const { due } = this.plan;
    if (this.plan.asks !== asks) this.options.changed();
    // Looked at only while it is of use: a second look at a camera costs a phone's battery.
    this.camera.look(due ? this.track : null);
    this.sender.turn(due);
  }
}
