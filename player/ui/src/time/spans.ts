// Half-open stretches of media time, and the recorder of what a player has rendered. Pure.

import type { RenderedSpan, SpanPair } from "../api/types";

/** Sorted, without overlaps; stretches that touch or lie within `joinMs` become one. */
export function merge(spans: readonly SpanPair[], joinMs = 0): SpanPair[] {
  const sorted = spans.filter(([start, end]) => end > start).sort((a, b) => a[0] - b[0]);
  const merged: SpanPair[] = [];
  for (const [start, end] of sorted) {
    const last = merged[merged.length - 1];
    if (last && start <= last[1] + joinMs) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

export function total(spans: readonly SpanPair[]): number {
  return merge(spans).reduce((sum, [start, end]) => sum + end - start, 0);
}

/** What of `spans` lies outside `others`. */
export function without(spans: readonly SpanPair[], others: readonly SpanPair[]): SpanPair[] {
  const holes = merge(others);
  const left: SpanPair[] = [];
  for (const [start, end] of merge(spans)) {
    let from = start;
    for (const [a, b] of holes) {
      if (b <= from || a >= end) continue;
      if (a > from) left.push([from, a]);
      from = Math.max(from, b);
    }
    if (from < end) left.push([from, end]);
  }
  return left;
}

/** Stretches of [0, duration) that no segment covers. */
export function gaps(segments: readonly { start_ms: number; end_ms: number }[], durationMs: number): SpanPair[] {
  return without([[0, durationMs]], segments.map(({ start_ms, end_ms }) => [start_ms, end_ms]));
}

// A picture counts as following the one before when it comes within this much media time of its end:
// below it frames were dropped by the display, above it somebody has jumped.
const CONTINUES_MS = 400;

/** Collects the pictures that were put on the screen into spans of one rate and one visibility. */
export class SpanRecorder {
  #done: RenderedSpan[] = [];
  #open: RenderedSpan | null = null;

  /** A picture (or stretch of sound) [startMs, endMs) was presented. */
  shown(startMs: number, endMs: number, rate: number, visible: boolean): void {
    const start = Math.max(0, Math.round(startMs));
    const end = Math.round(endMs);
    if (end <= start) return;
    const open = this.#open;
    const reach = CONTINUES_MS * Math.max(1, rate);
    if (open && open.rate === rate && open.visible === visible && start >= open.start_ms && start <= open.end_ms + reach) {
      open.end_ms = Math.max(open.end_ms, end);
      return;
    }
    this.cut();
    this.#open = { start_ms: start, end_ms: end, rate, visible };
  }

  /** The next picture does not follow from the last: seek, pause, change of rate. */
  cut(): void {
    if (this.#open) this.#done.push(this.#open);
    this.#open = null;
  }

  /** Hands over what was collected and starts anew; an open span goes on after its reported part. */
  take(): RenderedSpan[] {
    const open = this.#open;
    this.cut();
    const spans = this.#done;
    this.#done = [];
    // Going on from the reported end keeps the next report from leaving a hole between two pictures.
    if (open) this.#open = { ...open, start_ms: open.end_ms };
    return spans.filter((span) => span.end_ms > span.start_ms);
  }

  /** A report that did not arrive is added to the next one. */
  giveBack(spans: readonly RenderedSpan[]): void {
    this.#done = [...spans, ...this.#done];
  }
}
