/** The language a page begins in: the one this tab last had, else the browser's. */

import { nearest, setLanguage } from '../i18n/language';

function keptLanguage(): string[] {
  try {
    const kept = sessionStorage.getItem('lang');
    return kept === null ? [] : [kept];
  } catch {
    return [];
  }
}

setLanguage(nearest([...keptLanguage(), ...navigator.languages]));
