// Which code a time slate may show, and for how long. The server counts on it: a code is shown only if it came soon
// after it was asked for, and is taken down when it is old. Age is counted from the asking, by this machine's
// monotonic clock, so that no clock of this machine matters. Pure: time is an argument.

import type { SlateCode } from "../api/clock-types";

export interface Showing {
  code: SlateCode | null; // on the screen now
  askedMs: number; // when it was asked for
  tripMs: number | null; // how long the latest answer took
  trouble: "none" | "slow" | "failed";
}

export const NOTHING: Showing = { code: null, askedMs: 0, tripMs: null, trouble: "none" };

/** An answer came. One that took too long leaves what is shown, until that is too old. */
export function answered(before: Showing, code: SlateCode, askedMs: number, nowMs: number): Showing {
  const tripMs = nowMs - askedMs;
  if (tripMs > code.round_trip_ms) return { ...current(before, nowMs), tripMs, trouble: "slow" };
  // Answers may overtake each other: never back to an older code.
  if (before.code && askedMs <= before.askedMs) return current(before, nowMs);
  return { code, askedMs, tripMs, trouble: "none" };
}

export function failed(before: Showing, nowMs: number): Showing {
  return { ...current(before, nowMs), trouble: "failed" };
}

/** What may be shown now: nothing that is too old. */
export function current(before: Showing, nowMs: number): Showing {
  return before.code && nowMs - before.askedMs >= before.code.stale_ms ? { ...before, code: null } : before;
}

/** The dark squares as an SVG path, one subpath per run of a row. The quiet border is the picture's. */
export function pathOf(squares: readonly string[], border: number): string {
  return squares
    .flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${border + run.index} ${border + y}h${run[0].length}v1h-${run[0].length}z`))
    .join("");
}
