/** What the strip says, to whom: the counsellor reads how long, the client is not to count. Pure. */

import { t } from '../i18n/language';
import type { Strip } from '../media/silence-cause';
import type { Role } from '../protocol/wire';

export function stripWords({ kind, seconds }: Strip, person: Role): string {
  switch (kind) {
    case 'none':
      return '';
    case 'device':
      return t('strip.device');
    case 'network':
      if (person === 'client') return t('strip.network.calm');
      return seconds < 1 ? t('strip.network.now') : t('strip.network', { count: seconds });
    case 'quiet':
      if (person === 'client' || seconds < 1) return t('strip.quiet');
      return t('strip.quiet.counted', { time: clock(seconds) });
  }
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
