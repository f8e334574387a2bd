/** The few sentences of the embedding shell, apart from the rest so that it stays small. */

import type { Language } from './language';

const en = {
  title: 'Appointment',
  open: 'Open',
  window: 'Open in a new window',
  blocked: 'This page can’t use the microphone or camera. A new window can.',
  second: 'An appointment is already open on this page.',
  unreachable: 'We can’t reach the place right now.',
} as const;

export type WidgetKey = keyof typeof en;

const zh: Readonly<Record<WidgetKey, string>> = {
  title: '约定',
  open: '打开',
  window: '在新窗口打开',
  blocked: '这个网页没有开放麦克风或摄像头，新窗口里可以用。',
  second: '这个页面里已经打开了一个约定。',
  unreachable: '现在连不上这里。',
};

export const WIDGET_WORDS: Readonly<Record<Language, Readonly<Record<WidgetKey, string>>>> = {
  en,
  'zh-CN': zh,
};

/** The language of a page by its tags; the widget speaks Chinese where nothing is said. */
export function widgetLanguage(...tags: readonly string[]): Language {
  const known = tags.find((tag) => /^(zh|en)\b/i.test(tag));
  return known !== undefined && /^en/i.test(known) ? 'en' : 'zh-CN';
}
