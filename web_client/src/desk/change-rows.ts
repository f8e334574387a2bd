/** What stays of a client's hours, as the points of a chart and as the rows of a table. Pure but for the language. */

import { shortDay } from '../i18n/dates';
import { all, count, t } from '../i18n/language';
import type { Kept } from '../protocol/bodies';

/** Where the chart's lines lie, in its own units. */
export const CHART = { width: 640, height: 240, left: 36, right: 12, top: 12, foot: 32 } as const;
const MOST_MOOD = 10;
/** A gap is drawn at least so high: one that is not seen would be one that is not told. */
const LEAST_GAP = 4;

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

export type Moment = 'before' | 'after';

/** The middle of the place of one hour of `all`, along the chart. */
export function placeOf(index: number, all: number): number {
  const { width, left, right } = CHART;
  return round(left + ((width - left - right) * (index + 0.5)) / Math.max(1, all));
}

/** The height of a mood; 10 is at the top. */
export function moodHeight(value: number): number {
  const { height, top, foot } = CHART;
  return round(top + (height - top - foot) * (1 - value / MOST_MOOD));
}

/** The points of one of the two lines; an hour that was not rated has none. */
export function pointsOf(items: readonly Kept[], moment: Moment): readonly Point[] {
  return items.flatMap((item, index) => {
    const value = item[moment];
    if (value === null) return [];
    return [{ x: placeOf(index, items.length), y: moodHeight(value), value }];
  });
}

/** The line through the points, from one rated hour to the next. */
export function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
  /** The part of the network's, from the top of the bar. */
  readonly gap: number;
}

/** How long each hour was, and how much of it the line took. An hour that was not held has none. */
export function barsOf(items: readonly Kept[]): readonly Bar[] {
  const { width, height, left, right, top, foot } = CHART;
  const floor = height - foot;
  const most = Math.max(60, ...items.map(({ met_s }) => met_s));
  const wide = Math.min(40, ((width - left - right) / Math.max(1, items.length)) * 0.6);
  return items.flatMap((item, index) => {
    if (item.met_s <= 0) return [];
    const tall = ((floor - top) * item.met_s) / most;
    const lost = item.line?.gap_s ?? 0;
    const share = lost <= 0 ? 0 : Math.max(LEAST_GAP, (tall * lost) / item.met_s);
    return [
      {
        x: round(placeOf(index, items.length) - wide / 2),
        width: round(wide),
        y: round(floor - tall),
        height: round(tall),
        gap: round(Math.min(tall, share)),
      },
    ];
  });
}

export interface Row {
  readonly session: string;
  readonly day: string;
  readonly attended: string;
  readonly before: string;
  readonly after: string;
  readonly met: string;
  readonly ways: string;
  readonly line: string;
}

/** One hour in words. */
export function rowOf(item: Kept): Row {
  const rated = (value: number | null): string =>
    value === null ? t('desk.change.unrated') : count(value);
  return {
    session: item.session,
    day: shortDay(item.starts_at),
    attended: attendanceWords(item),
    before: rated(item.before),
    after: rated(item.after),
    met: item.met_s > 0 ? t('desk.minutes', { count: minutes(item.met_s) }) : t('desk.change.none'),
    ways: wayWords(item),
    line: lineAndSaid(item),
  };
}

function attendanceWords({ stage, outcome }: Kept): string {
  if (outcome !== null) return t(`desk.outcome.${outcome}`);
  return t(stage === 'ended' ? 'desk.outcome.held' : 'desk.change.to_come');
}

/** How they met, in minutes; a way nobody took is not named. */
function wayWords({ line }: Kept): string {
  if (line === null) return t('desk.change.none');
  const ways = [
    { key: 'desk.change.video', s: line.video_s ?? 0 },
    { key: 'desk.change.voice', s: line.voice_s ?? 0 },
    { key: 'desk.change.text', s: line.text_s ?? 0 },
  ] as const;
  const taken = ways.filter(({ s }) => s > 0);
  if (taken.length === 0) return t('desk.change.none');
  return all(taken.map(({ key, s }) => t(key, { count: minutes(s) })));
}

/** What the line did to one hour. */
export function lineWords({ line, met_s }: Kept): string {
  if (line === null) return t('desk.change.none');
  const gaps = line.gaps ?? 0;
  if (gaps === 0) return met_s > 0 ? t('desk.change.no_gaps') : t('desk.change.none');
  return t('desk.change.gaps', { count: gaps, seconds: Math.max(1, Math.round(line.gap_s ?? 0)) });
}

/** What the line did, and how the client found it, if they said. */
function lineAndSaid(item: Kept): string {
  const line = lineWords(item);
  const said = saidWords(item);
  return said === null ? line : t('desk.change.line_said', { line, said });
}

/** How the client found the line, in their word; null where they gave none. */
export function saidWords({ line_said: said }: Kept): string | null {
  return said === null ? null : t(`desk.line_said.${said}`);
}

/** The moods of one hour, where either was given; null otherwise. */
export function moodWords({ before, after }: Kept): string | null {
  if (before !== null && after !== null) return t('desk.mood.both', { before, after });
  if (before !== null) return t('desk.mood.before', { before });
  return after === null ? null : t('desk.mood.after', { after });
}

function minutes(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
