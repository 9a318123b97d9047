import { describe, expect, it } from "vitest";
import type { Activity } from "../src/api/case-types";
import { axis, axisOf, stepOf, stillsAt, ticksOf } from "../src/pages/coverage-axis";
import { fromLocalInput, localInput } from "../src/time/format";

const activity = (changes: Partial<Activity>): Activity =>
  ({ started_at: "2026-11-24T01:00:00Z", ended_at: "2026-11-24T01:10:00Z", footage: [], ...changes }) as Activity;

describe("the axis of a coverage chart", () => {
  it("shows the required interval with a margin", () => {
    const found = axisOf(activity({}));
    expect(found?.start).toBe(Date.parse("2026-11-24T00:59:24Z"));
    expect(found?.length).toBe(672000);
  });

  it("falls back to the footage, and to nothing", () => {
    const footage = [{ start_at: "2026-11-24T01:00:00Z", duration_ms: 60000 }] as Activity["footage"];
    expect(axisOf(activity({ ended_at: null, footage }))?.length).toBe(70000);
    expect(axisOf(activity({ ended_at: null }))).toBeNull();
    expect(axisOf(activity({ ended_at: "2026-11-24T00:00:00Z" }))).toBeNull();
  });

  it("cuts what reaches beyond it", () => {
    const one = axis(Date.parse("2026-11-24T01:00:00Z"), 100000);
    expect(one.box(["2026-11-24T00:00:00Z", "2026-11-24T01:00:25Z"])).toEqual({ left: "0%", width: "25%" });
    expect(one.box(["2026-11-24T02:00:00Z", "2026-11-24T03:00:00Z"])).toEqual({ left: "100%", width: "0%" });
    expect(one.at("2026-11-24T01:00:50Z")).toBe("50%");
  });

  it("has few ticks at whole steps, from seconds to days", () => {
    for (const length of [10e3, 60e3, 600e3, 7200e3, 86400e3, 30 * 86400e3]) {
      const ticks = ticksOf(axis(Date.parse("2026-11-24T01:00:00.5Z"), length));
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((ms) => ms % 1000 === 0)).toBe(true);
    }
  });
});

describe("times typed into a form", () => {
  it("are the site's, to the second, and back again", () => {
    expect(localInput("2026-11-24T01:00:03.250Z", "Asia/Shanghai")).toBe("2026-11-24T09:00:03");
    expect(fromLocalInput("2026-11-24T09:00:03", "Asia/Shanghai")).toBe("2026-11-24T01:00:03.000Z");
    expect(fromLocalInput("2026-11-24T09:00", "Asia/Shanghai")).toBe("2026-11-24T01:00:00.000Z");
    expect([localInput(null, "UTC"), fromLocalInput("", "UTC"), fromLocalInput("x", "UTC")]).toEqual(["", null, null]);
  });
});

describe("stills of an instant", () => {
  const start = Date.parse("2026-11-24T01:00:00Z");
  const film = (recording: string, view: string, offsetS: number, seconds: number) =>
    ({ recording, view, start_at: new Date(start + offsetS * 1000).toISOString(), duration_ms: seconds * 1000 }) as Activity["footage"][number];
  const footage = [film("a", "v1", 0, 60), film("b", "v1", 55, 60), film("c", "v2", -20, 200)];

  it("are one per camera, ten seconds apart, of what was recording then", () => {
    const found = stillsAt(footage, start + 57_000);
    expect(found.map(({ each, atMs }) => [each.recording, atMs])).toEqual([
      ["a", 50_000],
      ["c", 70_000],
    ]);
    expect(stillsAt(footage, start - 21_000)).toEqual([]);
    expect(stillsAt(footage, start + 180_000)).toEqual([]);
  });

  it("are reached in steps of whole seconds", () => {
    expect(stepOf(axis(0, 30_000))).toBe(1000);
    expect(stepOf(axis(0, 600_000))).toBe(10_000);
  });
});
