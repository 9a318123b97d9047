// Which code a time slate may show, and for how long. The server counts on it: with every code goes a promise of how
// soon after the asking it is drawn, the promise is signed with it, and a code that cannot keep it is never drawn; one
// that is old is taken down. Age is counted from the asking, by this machine's monotonic clock, so that no clock of
// this machine matters. Pure: time is an argument.

import type { SlateCode } from "../api/clock-types";

export interface Showing {
  code: SlateCode | null; // on the screen now
  askedMs: number; // when it was asked for
  trips: readonly number[]; // the latest: from asking to drawing, or to when it was too late to
  lags: readonly number[]; // of the same: from being signed to being drawn, if half the way there was behind it
  trouble: "none" | "slow" | "failed";
}

export interface Come {
  code: SlateCode;
  askedMs: number;
  cameMs: number;
}

export interface Pledge {
  withinMs: number;
  lagMs: number;
}

export const NOTHING: Showing = { code: null, askedMs: 0, trips: [], lags: [], trouble: "none" };

// Promises follow so many trips: two seconds' worth.
const REMEMBERED = 12;
// Before a few trips are known nothing can be promised but the most.
const ENOUGH = 3;

/** What came since the last animation frame is drawn with this one, the newest first in time; what came late is not. */
export function drawn(before: Showing, come: readonly Come[], nowMs: number): Showing {
  if (!come.length) return current(before, nowMs);
  let code = before.code;
  let askedMs = before.askedMs;
  let onTime = false;
  for (const each of come) {
    if (nowMs - each.askedMs > each.code.round_trip_ms) continue;
    onTime = true;
    // Questions and answers may overtake each other: never back to a code that was asked for or signed before.
    if (code && (each.askedMs <= askedMs || each.code.at <= code.at)) continue;
    ({ code, askedMs } = each);
  }
  const trips = [...before.trips, ...come.map((each) => nowMs - each.askedMs)].slice(-REMEMBERED);
  const lags = [...before.lags, ...come.map((each) => nowMs - (each.askedMs + each.cameMs) / 2)].slice(-REMEMBERED);
  // A promise that was too short is followed by a longer one; only the longest tells that the network is too slow.
  const slow = come.some((each) => nowMs - each.askedMs > each.code.most_promise_ms);
  return current({ code, askedMs, trips, lags, trouble: onTime ? "none" : slow ? "slow" : before.trouble }, nowMs);
}

export function failed(before: Showing, nowMs: number): Showing {
  return { ...current(before, nowMs), trouble: "failed" };
}

/** What may be shown now: nothing that is too old. The same object where nothing changes. */
export function current(before: Showing, nowMs: number): Showing {
  return before.code && nowMs - before.askedMs >= before.code.stale_ms ? { ...before, code: null } : before;
}

/** What may be promised for the next code: a little more than the longest of the latest trips; and the usual lag. */
export function promise(showing: Showing, leastMs: number, mostMs: number): Pledge {
  const lagMs = Math.round([...showing.lags].sort((a, b) => a - b)[Math.floor(showing.lags.length / 2)] ?? 0);
  const longest = showing.trips.length < ENOUGH ? mostMs : Math.max(...showing.trips);
  const withinMs = Math.min(mostMs, Math.max(leastMs, Math.ceil(longest * 1.25 + 5)));
  return { withinMs, lagMs: Math.min(lagMs, withinMs) };
}

/** When to ask again: at an even pace, and not to catch up after a pause. */
export function nextAsk(dueMs: number, periodMs: number, nowMs: number): number {
  const next = dueMs + periodMs;
  return next > nowMs ? next : nowMs + periodMs;
}

/** The dark squares as an SVG path, one subpath per run of a row. The quiet border is the picture's. */
export function pathOf(squares: readonly string[], border: number): string {
  return squares
    .flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${border + run.index} ${border + y}h${run[0].length}v1h-${run[0].length}z`))
    .join("");
}
