/** Starts the operator's page. */

import './operator';
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
