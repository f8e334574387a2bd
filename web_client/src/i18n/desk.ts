/** The words of a counsellor's desk: signing in, today, before and after an hour, and change over time. */

const en = {
  'desk.opening': 'Opening…',
} as const;

const zh: Readonly<Record<keyof typeof en, string>> = {
  'desk.opening': '正在打开…',
};

export const DESK_WORDS = { en, 'zh-CN': zh } as const;
