import { describe, expect, it } from 'vitest';

import { folded, icsOf } from '../../src/visit/calendar';

const HOUR = {
  id: '6a1f0c1e-0000-4000-8000-000000000001',
  starts_at: Date.UTC(2026, 10, 26, 11),
  ends_at: Date.UTC(2026, 10, 26, 11, 50),
};
const FILE = icsOf(HOUR, Date.UTC(2026, 10, 20, 8, 1, 2, 345));

describe('the calendar file', () => {
  it('is one instant for everybody', () => {
    expect(FILE).toContain('\r\nDTSTART:20261126T110000Z\r\n');
    expect(FILE).toContain('\r\nDTEND:20261126T115000Z\r\n');
    expect(FILE).toContain('\r\nDTSTAMP:20261120T080102Z\r\n');
  });

  it('names nobody, and says nothing of what it is for', () => {
    const told = FILE.split('\r\n').filter((line) => /^(SUMMARY|DESCRIPTION)/.test(line));
    expect(told).toEqual(['SUMMARY:约定 / Appointment', 'DESCRIPTION:约定 / Appointment']);
    expect(FILE).not.toMatch(/LOCATION|ORGANIZER|ATTENDEE|URL|quiet|http/i);
  });

  it('is well formed: lines end in CRLF, what begins ends', () => {
    expect(FILE.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(FILE.endsWith('END:VCALENDAR\r\n')).toBe(true);
    const open: string[] = [];
    for (const line of FILE.split('\r\n')) {
      if (line.startsWith('BEGIN:')) open.push(line.slice(6));
      if (line.startsWith('END:')) expect(open.pop()).toBe(line.slice(4));
    }
    expect(open).toEqual([]);
  });

  it('has the same name for the same hour, so that it is not there twice', () => {
    expect(FILE).toContain(`UID:${HOUR.id}\r\n`);
  });
});

describe('a long line', () => {
  const long = `SUMMARY:${'约定'.repeat(40)} 🌿${'a'.repeat(90)}`;

  it('is folded at 75 octets and whole again unfolded', () => {
    const lines = folded(long).split('\r\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
      expect(line).not.toContain('\uFFFD');
    }
    expect(folded(long).replaceAll('\r\n ', '')).toBe(long);
  });

  it('is left alone when it is short', () => {
    expect(folded('VERSION:2.0')).toBe('VERSION:2.0');
  });
});
