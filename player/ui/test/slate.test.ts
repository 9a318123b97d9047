import { describe, expect, it } from "vitest";
import type { SlateCode } from "../src/api/clock-types";
import { fine, middle, stretch } from "../src/time/offset";
import { current, drawn, failed, nextAsk, NOTHING, pathOf, promise, type Come } from "../src/slate/showing";

const code = (at: string, promiseMs = 200): SlateCode => ({
  at,
  case: null,
  text: at,
  squares: ["1"],
  refresh_ms: 170,
  round_trip_ms: promiseMs,
  least_promise_ms: 17,
  most_promise_ms: 200,
  stale_ms: 1000,
});
const come = (at: string, askedMs: number, promiseMs?: number): Come => ({ code: code(at, promiseMs), askedMs, cameMs: askedMs + 2 });

describe("what a time slate may show", () => {
  it("shows a code that came soon, until it is old", () => {
    const shown = drawn(NOTHING, [come("a", 1000)], 1150);
    expect(shown.code?.at).toBe("a");
    expect(current(shown, 1999)).toBe(shown);
    expect(current(shown, 2000).code).toBeNull();
    expect(drawn(shown, [], 2000).code).toBeNull();
  });

  it("never shows one that breaks its promise, and keeps the one before until that is old", () => {
    const shown = drawn(NOTHING, [come("a", 1000)], 1100);
    const late = drawn(shown, [come("b", 1200, 40)], 1241);
    expect([late.code?.at, late.trouble]).toEqual(["a", "none"]);
    expect(drawn(shown, [come("b", 1200, 41)], 1241).code?.at).toBe("b");
    const slow = drawn(late, [come("c", 1400)], 1601);
    expect([slow.code?.at, slow.trouble]).toEqual(["a", "slow"]);
    expect(drawn(slow, [come("d", 1700)], 2300).code).toBeNull();
  });

  it("never goes back to an older code, whatever overtakes what", () => {
    const shown = drawn(NOTHING, [come("b", 1250)], 1300);
    expect(drawn(shown, [come("a", 1150)], 1310).code?.at).toBe("b");
    expect(drawn(NOTHING, [come("b", 1250), come("a", 1150)], 1310).code?.at).toBe("b");
  });

  it("says that the connection is lost", () => {
    const shown = failed(drawn(NOTHING, [come("a", 1000)], 1100), 1200);
    expect([shown.code?.at, shown.trouble]).toEqual(["a", "failed"]);
    expect(failed(shown, 2000).code).toBeNull();
  });

  it("promises a little more than the longest of the latest trips, and the most while it knows none", () => {
    let shown = NOTHING;
    let nowMs = 0;
    const trip = (ms: number) => (shown = drawn(shown, [come("a", (nowMs += 1000))], nowMs + ms));
    expect(promise(shown, 17, 200)).toEqual({ withinMs: 200, lagMs: 0 });
    [12, 20, 16].forEach(trip);
    // Half of the way of 2 ms lay before the signature.
    expect(promise(shown, 17, 200)).toEqual({ withinMs: 30, lagMs: 15 });
    trip(190);
    expect(promise(shown, 17, 200)).toEqual({ withinMs: 200, lagMs: 19 });
    for (let n = 0; n < 12; n += 1) trip(4);
    expect(promise(shown, 17, 200)).toEqual({ withinMs: 17, lagMs: 3 });
  });

  it("asks at an even pace, and does not catch up", () => {
    expect(nextAsk(1000, 170, 1009)).toBe(1170);
    expect(nextAsk(1000, 170, 9000)).toBe(9170);
  });

  it("draws the dark squares", () => {
    expect(pathOf(["0110", "0001"], 4)).toBe("M5 4h2v1h-2zM7 5h1v1h-1z");
  });
});

describe("lengths of time", () => {
  it.each([
    [420300, "7 分 0.3 秒", "7 min 0.3 s"],
    [-210, "0.2 秒", "0.2 s"],
    [-7380000, "2 小时 3 分", "2 h 3 min"],
    [864e5 * 3 + 36e5, "3 天 1 小时", "3 d 1 h"],
  ])("%d", (ms, zh, en) => {
    expect([stretch(ms, "zh"), stretch(ms, "en")]).toEqual([zh, en]);
  });

  it("are told closely where they are short", () => {
    expect([fine(132, "zh"), fine(-4, "en"), fine(420300, "en")]).toEqual(["0.13 秒", "0.00 s", "7 min 0.3 s"]);
  });

  it("has a middle", () => {
    expect(middle(-10, 21)).toEqual([6, 16]);
  });
});
