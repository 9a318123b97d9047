import { describe, expect, it } from "vitest";
import { troubleOf } from "../src/player/delivery";

describe("what a refused piece of footage means", () => {
  it("is told by the server's status", () => {
    expect(troubleOf(503, "").kind).toBe("ledger-down");
    expect(troubleOf(507, "").kind).toBe("ledger-down");
    expect([401, 404, 410].map((status) => troubleOf(status, "").kind)).toEqual(["ended", "ended", "ended"]);
    expect(troubleOf(403, "").kind).toBe("forbidden");
    expect(troubleOf(500, "why")).toEqual({ kind: "media", detail: "why" });
  });

  it("is a server that does not answer where there is none: that goes on by itself", () => {
    expect(troubleOf(0, "").kind).toBe("unreachable");
  });
});
