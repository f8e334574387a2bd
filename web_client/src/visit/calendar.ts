/** An hour as a calendar file (RFC 5545). It names nobody and says nothing of what the hour is for. */

const SUMMARY = '约定 / Appointment';
const FILE = 'appointment.ics';
const LINE_OCTETS = 75;
const REMIND = '-PT15M';

export interface CalendarHour {
  readonly id: string;
  readonly starts_at: number;
  readonly ends_at: number;
}

/** The text of the file. Times are of UTC, so that it is the same instant for everybody. Pure. */
export function icsOf(hour: CalendarHour, now: number): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Appointment//EN',
    'BEGIN:VEVENT',
    `UID:${escaped(hour.id)}`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART:${utc(hour.starts_at)}`,
    `DTEND:${utc(hour.ends_at)}`,
    `SUMMARY:${escaped(SUMMARY)}`,
    'CLASS:PRIVATE',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escaped(SUMMARY)}`,
    `TRIGGER:${REMIND}`,
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** Give the file to the browser. */
export function giveCalendarFile(hour: CalendarHour): void {
  const file = new Blob([icsOf(hour, Date.now())], { type: 'text/calendar;charset=utf-8' });
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = FILE;
  link.click();
  // The browser has taken hold of it by the next task.
  window.setTimeout(() => URL.revokeObjectURL(address), 0);
}

/** A moment, such as 20261126T110000Z. */
function utc(unixMs: number): string {
  return new Date(unixMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r?\n/g, '\\n');
}

/** No line is longer than 75 octets, and no sign is broken in two. */
export function folded(line: string): string {
  const octets = new TextEncoder();
  let length = 0;
  let folding = '';
  for (const sign of line) {
    const size = octets.encode(sign).length;
    if (length + size > LINE_OCTETS) {
      folding += '\r\n ';
      length = 1;
    }
    folding += sign;
    length += size;
  }
  return folding;
}
