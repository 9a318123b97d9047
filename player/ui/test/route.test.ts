import { describe, expect, it } from "vitest";
import { commandOf, nextRate } from "../src/player/keys";
import { bars } from "../src/player/timeline";
import { parseRoute, routeText } from "../src/state/route";

describe("routes", () => {
  it("come back as they were written", () => {
    const text = routeText(["recordings", "r 1/2"], { q: "水库 & 堤", empty: "", none: undefined });
    expect(parseRoute(text)).toEqual({ path: ["recordings", "r 1/2"], query: { q: "水库 & 堤" } });
  });

  it("take an empty fragment as the first page", () => {
    expect(parseRoute("")).toEqual({ path: [], query: {} });
    expect(parseRoute("#/")).toEqual({ path: [], query: {} });
  });

  it("survive a fragment that somebody typed", () => {
    expect(parseRoute("#/library?q=%E6%zz").path).toEqual(["library"]);
    expect(parseRoute("#/%E6%zz").path).toEqual(["%E6%zz"]);
  });
});

describe("keys of the player", () => {
  const press = (key: string, more = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

  it("means what the list of keys says", () => {
    expect(press(" ")).toEqual({ do: "toggle" });
    expect(press("ArrowLeft")).toEqual({ do: "skip", ms: -5000 });
    expect(press(".")).toEqual({ do: "frame", step: 1 });
    expect(press("<")).toEqual({ do: "rate", step: -1 });
  });

  it("leaves the browser's own shortcuts alone", () => {
    expect(press("f", { ctrlKey: true })).toBeNull();
    expect(press("ArrowLeft", { altKey: true })).toBeNull();
    expect(press("x")).toBeNull();
  });

  it("stays between a quarter and four times", () => {
    expect(nextRate(1, 1)).toBe(1.25);
    expect(nextRate(4, 1)).toBe(4);
    expect(nextRate(0.25, -1)).toBe(0.25);
  });
});

describe("bars of a timeline", () => {
  it("are one path", () => expect(bars([[0, 10], [20, 30]], 1, 2)).toBe("M0 1H10V2H0ZM20 1H30V2H20Z"));
});
