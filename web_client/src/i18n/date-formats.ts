/** The few ways this product writes moments, each made once: making one takes longer than its use. */

const STYLES = {
  time: { hour: 'numeric', minute: '2-digit' },
  day: { weekday: 'long', month: 'long', day: 'numeric' },
  moment: {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  },
  weekday: { weekday: 'short' },
  short: { month: 'short', day: 'numeric' },
  dated: { year: 'numeric', month: 'short', day: 'numeric' },
  /** On paper, which is read years later. */
  signed: { dateStyle: 'long', timeStyle: 'long' },
} as const;

const made = new Map<string, Intl.DateTimeFormat>();

/** `timeZone` is the reader's own unless named; throws RangeError for one this browser does not know. */
export function dateFormat(
  language: string,
  style: keyof typeof STYLES,
  timeZone?: string,
): Intl.DateTimeFormat {
  // Who travels has another offset; what was made before would write the hours of where they were.
  const here = new Date().getTimezoneOffset();
  const key = `${language} ${style} ${timeZone ?? here}`;
  let format = made.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, { ...STYLES[style], timeZone });
    made.set(key, format);
  }
  return format;
}
