import { describe, expect, it } from "vitest";
import { bytes, clockLength, dateTime, dayStart, pictureTime, position, waiting, zoneLabel } from "../src/time/format";

const SHANGHAI = "Asia/Shanghai";

describe("times in the site's zone", () => {
  it("shows an instant, whatever the browser's zone is", () => {
    expect(dateTime("2026-11-23T16:00:01Z", SHANGHAI)).toBe("2026-11-24 00:00:01");
    expect(dateTime("2026-07-01T12:00:00.999999Z", "Europe/Berlin")).toBe("2026-07-01 14:00:00");
  });

  it("says nothing about a text that is no time", () => {
    expect(dateTime("", SHANGHAI)).toBe("");
    expect(pictureTime("never", 0, SHANGHAI)).toBe("");
  });

  it("adds the media time to the start, to the millisecond", () => {
    expect(pictureTime("2026-11-24T01:10:00.500Z", 59620, SHANGHAI)).toBe("2026-11-24 09:11:00.120");
    expect(pictureTime("1969-12-31T23:59:59.900Z", 50, "UTC")).toBe("1969-12-31 23:59:59.950");
  });

  it("names the offset of the instant", () => {
    expect(zoneLabel(SHANGHAI, Date.parse("2026-11-24T00:00:00Z"))).toBe("UTC+8");
    expect(zoneLabel("Europe/Berlin", Date.parse("2026-07-01T00:00:00Z"))).toBe("UTC+2");
  });

  it("finds where a day of the site begins", () => {
    expect(dayStart("2026-11-24", SHANGHAI)).toBe("2026-11-23T16:00:00.000Z");
    expect(dayStart("2026-11-24", SHANGHAI, 1)).toBe("2026-11-24T16:00:00.000Z");
    expect(dayStart("2026-12-31", SHANGHAI, 1)).toBe("2026-12-31T16:00:00.000Z");
    // The clocks of Berlin go back at 03:00 on 25 October 2026: that day has 25 hours.
    expect(dayStart("2026-10-25", "Europe/Berlin")).toBe("2026-10-24T22:00:00.000Z");
    expect(dayStart("2026-10-25", "Europe/Berlin", 1)).toBe("2026-10-25T23:00:00.000Z");
    expect(dayStart("not a day", SHANGHAI)).toBeNull();
  });
});

describe("lengths and sizes", () => {
  it.each([
    [0, "0:00"],
    [59999, "0:59"],
    [60000, "1:00"],
    [3723004, "1:02:03"],
    [-5, "0:00"],
  ])("%d ms is %s", (ms, text) => expect(clockLength(ms)).toBe(text));

  it("keeps the milliseconds of a position", () => expect(position(3723004)).toBe("1:02:03.004"));

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [999600, "1.00 MB"],
    [12_400_000_000, "12.4 GB"],
    [210_000_000, "210 MB"],
  ])("%d bytes is %s", (n, text) => expect(bytes(n)).toBe(text));

  it("speaks to people who wait in their language", () => {
    expect(waiting(80, "zh")).toBe("1 分 20 秒");
    expect(waiting(3725, "en")).toBe("1 h 2 min");
    expect(waiting(0.4, "zh")).toBe("0 秒");
  });
});
