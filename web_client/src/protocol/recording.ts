/** The messages about recording, among those of the room. */

import type { Command } from './wire';

export type { Recording } from './wire';

/** What a person's taps say of a recording, and what their page says for them. */
export type RecordingCommand = Extract<
  Command,
  { type: `${string}_recording` | 'show_safety' | 'say_beside' }
>;
