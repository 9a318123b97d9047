import { describe, expect, it } from "vitest";
import { addDays, asked, groupingOf, lastWeeks, mondayOf, percent, periodOf, thisYear } from "../src/pages/statistics-query";

const ZONE = "Asia/Shanghai";
// Sunday evening in London, Monday morning in Shanghai.
const NOW = Date.parse("2026-11-29T20:00:00Z");

describe("periods", () => {
  it("count in the site's zone, in weeks from Monday", () => {
    expect(mondayOf("2026-11-29")).toBe("2026-11-23");
    expect(mondayOf("2026-11-23")).toBe("2026-11-23");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(lastWeeks(NOW, ZONE, 4)).toEqual({ from: "2026-11-09", to: "2026-11-30" });
    expect(thisYear(NOW, ZONE)).toEqual({ from: "2026-01-01", to: "2026-11-30" });
  });

  it("are asked for as half-open instants, the last day included", () => {
    const question = asked({ from: "2026-11-23", to: "2026-11-29", unit: "" }, NOW, ZONE);
    expect(question).toEqual({ from: "2026-11-22T16:00:00.000Z", to: "2026-11-29T16:00:00.000Z", unit: undefined, item: undefined });
    expect(periodOf({}, NOW, ZONE).from).toBe("2026-09-14");
    expect(groupingOf({ by: "colour" })).toBe("unit");
  });
});

describe("shares", () => {
  it("are never rounded to all or to nothing", () => {
    expect(percent(1)).toBe("100%");
    expect(percent(0.99999)).toBe("99.9%");
    expect(percent(0)).toBe("0%");
    expect(percent(0.00001)).toBe("0.1%");
    expect(percent(0.8679)).toBe("86.7%");
  });
});
