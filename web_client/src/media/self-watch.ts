/** Watches over one's own side of the call, and says what its person ought to know. */

import { watchBattery } from './battery';
import { Ear } from './ear';
import type { Hints } from './hints';
import { type Interruption, InterruptionWatch } from './interruption';
import type { OwnMedia } from './own-media';
import { SilenceWatch, TalkWatch } from './sound-watch';

const TICK_MS = 100;

export class SelfWatch {
  private readonly ear = new Ear(() => this.handleInput('context_interrupted'));
  private readonly silence = new SilenceWatch();
  private readonly talk = new TalkWatch();
  private readonly interruption = new InterruptionWatch();
  private readonly stops: (() => void)[] = [];
  private track: MediaStreamTrack | null = null;
  private on = false;
  /** Whole percent of a battery that runs low. */
  batteryPercent = 0;

  constructor(
    private readonly own: OwnMedia,
    private readonly hints: Hints,
  ) {}

  start(): void {
    const timer = window.setInterval(() => this.tick(), TICK_MS);
    const seen = (): void => this.handleInput(document.hidden ? 'hidden' : 'visible');
    document.addEventListener('visibilitychange', seen);
    this.stops.push(
      () => window.clearInterval(timer),
      () => document.removeEventListener('visibilitychange', seen),
      watchBattery((percent) => {
        this.batteryPercent = percent;
        this.hints.show('low_battery');
      }),
    );
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.ear.close();
  }

  /** dBFS of one's own microphone; null when it is not known. */
  level(): number | null {
    return this.ear.level();
  }

  /** A call has the microphone, or had it and its owner has not come back. */
  get taken(): boolean {
    return this.interruption.interrupted;
  }

  /** One's own devices have changed: look again at which they are. */
  handleOwn(): void {
    const track = this.own.held('audio');
    const on = this.own.isOn('audio');
    if (track === this.track && on === this.on) return;
    if (track !== this.track) this.follow(track);
    if (on !== this.on) this.talk.reset();
    this.on = on;
    this.hints.drop('muted_talking', ...(on ? [] : (['silent'] as const)));
    if (on) this.silence.handleOn(performance.now());
    else this.silence.handleOff();
  }

  /** The person is back after a phone call: all anew, on their tap. */
  async comeBack(): Promise<void> {
    await this.own.reopen();
    await this.ear.resume();
  }

  private follow(track: MediaStreamTrack | null): void {
    this.track = track;
    this.ear.listen(track);
    if (track !== null) {
      this.interruption.handle('fresh', true);
      this.hints.drop('interrupted');
    }
    track?.addEventListener('mute', () => this.handleTrack(track, 'track_muted'));
    track?.addEventListener('ended', () => this.handleTrack(track, 'track_ended'));
  }

  private handleTrack(track: MediaStreamTrack, input: Interruption): void {
    if (track === this.track) this.handleInput(input);
  }

  private handleInput(input: Interruption): void {
    if (this.interruption.handle(input, this.on)) this.hints.show('interrupted');
  }

  private tick(): void {
    const level = this.ear.level();
    if (level === null) return;
    const now = performance.now();
    if (!this.on) {
      if (this.talk.handleLevel(level, now)) this.hints.show('muted_talking');
    } else if (this.silence.handleLevel(level, now)) this.hints.show('silent');
    else if (level > -50) this.hints.drop('silent');
  }
}
