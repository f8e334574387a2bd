/** What the tab is called, and in which language it speaks also after a reload. */

import { language, t } from '../i18n/language';

export function nameThePage(): void {
  document.documentElement.lang = language();
  document.title = t('title');
  try {
    sessionStorage.setItem('lang', language());
  } catch {
    // A browser that keeps nothing keeps no language either.
  }
}
