import { describe, expect, it } from "vitest";
import type { SpanPair } from "../src/api/types";
import { gaps, merge, SpanRecorder, total, without } from "../src/time/spans";

describe("stretches", () => {
  it("merges what overlaps or touches, in any order", () => {
    expect(merge([[5, 9], [0, 2], [2, 4], [8, 12]])).toEqual([[0, 4], [5, 12]]);
    expect(merge([[0, 10], [2, 3]])).toEqual([[0, 10]]);
    expect(merge([[0, 10], [10.5, 12]], 1)).toEqual([[0, 12]]);
  });

  it("drops empty and reversed ones, and leaves its input alone", () => {
    const input: SpanPair[] = [[3, 3], [5, 4], [1, 2]];
    expect(merge(input)).toEqual([[1, 2]]);
    expect(input).toEqual([[3, 3], [5, 4], [1, 2]]);
  });

  it("counts every moment once", () => expect(total([[0, 10], [5, 15], [20, 21]])).toBe(16));

  it("cuts out what others cover", () => {
    expect(without([[0, 10]], [[2, 3], [5, 6]])).toEqual([[0, 2], [3, 5], [6, 10]]);
    expect(without([[0, 10]], [[-5, 20]])).toEqual([]);
    expect(without([[0, 4], [6, 9]], [[3, 7]])).toEqual([[0, 3], [7, 9]]);
  });

  it("finds gaps at the start, between and at the end", () => {
    const segments = [{ start_ms: 10, end_ms: 20 }, { start_ms: 30, end_ms: 40 }];
    expect(gaps(segments, 50)).toEqual([[0, 10], [20, 30], [40, 50]]);
  });

  it("agrees with counting moment by moment", () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 200; round += 1) {
      const some = (): SpanPair[] => Array.from({ length: random(6) }, () => [random(40), random(40)]);
      const [a, b] = [some(), some()];
      const holds = (spans: SpanPair[], at: number) => spans.some(([start, end]) => at >= start && at < end);
      const left = without(a, b);
      for (let at = 0; at < 40; at += 1) expect(holds(left, at)).toBe(holds(a, at) && !holds(b, at));
    }
  });
});

describe("what was rendered", () => {
  const frames = (recorder: SpanRecorder, from: number, count: number, rate = 1, visible = true) => {
    for (let n = 0; n < count; n += 1) recorder.shown(from + n * 40, from + (n + 1) * 40, rate, visible);
  };

  it("joins pictures that follow each other", () => {
    const recorder = new SpanRecorder();
    frames(recorder, 0, 25);
    expect(recorder.take()).toEqual([{ start_ms: 0, end_ms: 1000, rate: 1, visible: true }]);
  });

  it("goes on after a report without a hole and without saying anything twice", () => {
    const recorder = new SpanRecorder();
    frames(recorder, 0, 10);
    const first = recorder.take();
    frames(recorder, 400, 10);
    const second = recorder.take();
    expect([...first, ...second].map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([[0, 400], [400, 800]]);
    expect(recorder.take()).toEqual([]);
  });

  it("bridges pictures the display dropped, but not a jump", () => {
    const recorder = new SpanRecorder();
    recorder.shown(0, 40, 1, true);
    recorder.shown(200, 240, 1, true);
    recorder.shown(5000, 5040, 1, true);
    expect(recorder.take().map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([[0, 240], [5000, 5040]]);
  });

  it("never bridges a cut, a change of rate or of visibility", () => {
    const recorder = new SpanRecorder();
    frames(recorder, 0, 2);
    recorder.cut();
    frames(recorder, 80, 2);
    frames(recorder, 160, 2, 2);
    frames(recorder, 240, 2, 2, false);
    expect(recorder.take().map(({ start_ms, rate, visible }) => [start_ms, rate, visible])).toEqual([
      [0, 1, true],
      [80, 1, true],
      [160, 2, true],
      [240, 2, false],
    ]);
  });

  it("starts anew when the same pictures are shown again", () => {
    const recorder = new SpanRecorder();
    frames(recorder, 1000, 5);
    recorder.cut();
    frames(recorder, 0, 5);
    expect(recorder.take().map(({ start_ms }) => start_ms)).toEqual([1000, 0]);
  });

  it("adds a report that did not arrive to the next", () => {
    const recorder = new SpanRecorder();
    frames(recorder, 0, 2);
    recorder.giveBack(recorder.take());
    recorder.cut();
    frames(recorder, 4000, 1);
    expect(recorder.take().map(({ start_ms }) => start_ms)).toEqual([0, 4000]);
  });
});
