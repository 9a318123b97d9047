// The time axis of a coverage chart: the required interval with a margin, in which footage is shown. Pure.

import type { Activity, Counted, Span } from "../api/case-types";

export interface Axis {
  start: number; // ms since 1970
  length: number;
  /** Where an instant lies, as a length of CSS. */
  at: (instant: string) => string;
  /** Left and width of a span, cut to the axis. */
  box: (span: Span) => { left: string; width: string };
  /** The part of a span on the axis, in ms since 1970. */
  clip: (span: Span) => [number, number];
}

const MARGIN = 0.06;
const LEAST_MARGIN_MS = 5000;
// Steps between ticks that people read easily.
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400].map((s) => s * 1000);
const MOST_TICKS = 8;

export function axisOf(activity: Activity): Axis | null {
  const given = activity.started_at && activity.ended_at ? [Date.parse(activity.started_at), Date.parse(activity.ended_at)] : null;
  const spans = activity.footage.map((each) => [Date.parse(each.start_at), Date.parse(each.start_at) + each.duration_ms] as const);
  const from = given ? given[0]! : Math.min(...spans.map(([start]) => start));
  const until = given ? given[1]! : Math.max(...spans.map(([, end]) => end));
  if (!Number.isFinite(from) || !Number.isFinite(until) || until <= from) return null;
  const margin = Math.max(LEAST_MARGIN_MS, (until - from) * MARGIN);
  return axis(from - margin, until - from + 2 * margin);
}

export function axis(start: number, length: number): Axis {
  const clip = ([a, b]: Span): [number, number] => [
    Math.max(start, Math.min(start + length, Date.parse(a))),
    Math.max(start, Math.min(start + length, Date.parse(b))),
  ];
  const percent = (ms: number) => `${(ms / length) * 100}%`;
  return {
    start,
    length,
    clip,
    at: (instant) => percent(Date.parse(instant) - start),
    box: (span) => {
      const [a, b] = clip(span);
      return { left: percent(a - start), width: percent(b - a) };
    },
  };
}

// Thumbnails are ten seconds apart: asking more finely would log the same still again.
const STILL_MS = 10_000;
const MOST_STILLS = 4;

/** How far one press of an arrow key goes. */
export function stepOf({ length }: Axis): number {
  return Math.max(1000, Math.round(length / 60 / 1000) * 1000);
}

/** One still per camera that was recording at an instant: the recording, and the time in it to ask for. */
export function stillsAt(footage: readonly Counted[], ms: number): { each: Counted; atMs: number }[] {
  const views = new Set<string>();
  return footage
    .filter((each) => {
      const inside = ms - Date.parse(each.start_at);
      return inside >= 0 && inside < each.duration_ms && !views.has(each.view) && views.add(each.view);
    })
    .slice(0, MOST_STILLS)
    .map((each) => ({ each, atMs: Math.floor((ms - Date.parse(each.start_at)) / STILL_MS) * STILL_MS }));
}

/** Instants at whole steps, at most eight of them. */
export function ticksOf({ start, length }: Axis): number[] {
  const step = STEPS_MS.find((each) => length / each <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS / 14400000) * 14400000;
  const first = Math.ceil(start / step) * step;
  const ticks: number[] = [];
  for (let ms = first; ms <= start + length; ms += step) ticks.push(ms);
  return ticks;
}
