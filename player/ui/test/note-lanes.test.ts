import { describe, expect, it } from "vitest";
import { lanes } from "../src/parts/note-lanes";

describe("lanes of marks and notes", () => {
  it("keeps what lies apart in one lane", () => {
    expect(lanes([0, 5_000, 10_000], 20_000)).toEqual([0, 0, 0]);
  });

  it("puts what falls on nearly the same second below each other, whatever the order", () => {
    expect(lanes([11_489, 11_477, 11_480], 20_000)).toEqual([2, 0, 1]);
  });

  it("uses a lane again once there is room in it", () => {
    expect(lanes([0, 100, 600], 20_000)).toEqual([0, 1, 0]);
  });
});
