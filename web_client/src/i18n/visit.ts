/** The words of a client's visit: arriving, a moment before, and after. */

const en = {
  'visit.opening': 'Opening…',
} as const;

const zh: Readonly<Record<keyof typeof en, string>> = {
  'visit.opening': '正在打开…',
};

export const VISIT_WORDS = { en, 'zh-CN': zh } as const;
