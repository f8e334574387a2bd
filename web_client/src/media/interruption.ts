/**
 * Did a phone call take the microphone? Pure.
 *
 * Some phones give a track back "live" and "unmuted" with its capture stopped, so a flag that turns
 * good again proves nothing: once taken, only a fresh microphone makes it well.
 */

export type Interruption =
  'track_muted' | 'track_ended' | 'context_interrupted' | 'hidden' | 'visible' | 'fresh';

export class InterruptionWatch {
  private hidden = false;
  private taken = false;
  private found = false;

  /** True while the person has to be asked back. */
  get interrupted(): boolean {
    return this.found;
  }

  /** `microphoneOn`: its owner has it on at this moment, so that something can be taken from them. */
  handle(input: Interruption, microphoneOn: boolean): boolean {
    if (input === 'fresh') {
      this.taken = false;
      this.found = false;
    } else if (input === 'visible') {
      this.found ||= this.taken && this.hidden;
      this.hidden = false;
    } else if (input === 'hidden') this.hidden = true;
    else if (microphoneOn) {
      this.taken = true;
      this.found ||= input === 'context_interrupted';
    }
    return this.found;
  }
}
