import { describe, expect, it } from "vitest";
import type { SlateCode } from "../src/api/clock-types";
import { middle, stretch } from "../src/time/offset";
import { answered, current, failed, NOTHING, pathOf } from "../src/slate/showing";

const code = (at: string): SlateCode => ({ at, case: null, text: at, squares: ["1"], refresh_ms: 250, round_trip_ms: 200, stale_ms: 1000 });

describe("what a time slate may show", () => {
  it("shows a code that came soon, until it is old", () => {
    const shown = answered(NOTHING, code("a"), 1000, 1150);
    expect(shown.code?.at).toBe("a");
    expect(current(shown, 1999).code?.at).toBe("a");
    expect(current(shown, 2000).code).toBeNull();
  });

  it("never shows one that came late, and keeps the one before until that is old", () => {
    const shown = answered(NOTHING, code("a"), 1000, 1100);
    const slow = answered(shown, code("b"), 1250, 1451);
    expect([slow.code?.at, slow.trouble]).toEqual(["a", "slow"]);
    expect(answered(slow, code("c"), 1500, 2100).code).toBeNull();
  });

  it("never goes back to an older code", () => {
    const shown = answered(NOTHING, code("b"), 1250, 1300);
    expect(answered(shown, code("a"), 1150, 1310).code?.at).toBe("b");
  });

  it("says that the connection is lost", () => {
    const shown = failed(answered(NOTHING, code("a"), 1000, 1100), 1200);
    expect([shown.code?.at, shown.trouble]).toEqual(["a", "failed"]);
    expect(failed(shown, 2000).code).toBeNull();
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

  it("has a middle", () => {
    expect(middle(-10, 21)).toEqual([6, 16]);
  });
});
