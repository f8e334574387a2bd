/** The sentence and the step of a device trouble, in both languages. */

import { en } from '../../src/i18n/en';
import { zh } from '../../src/i18n/zh';
import { NEXT_STEP, type Trouble, troubleKey } from '../../src/media/device-errors';
import type { Kind } from '../../src/media/peer';

export function troubleWords(trouble: Trouble, kind: Kind): string[] {
  const sentence = troubleKey(trouble, kind);
  const step = `step.${NEXT_STEP[trouble]}` as const;
  return [en[sentence], zh[sentence], en[step], zh[step]];
}
