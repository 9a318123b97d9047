import { describe, expect, it } from "vitest";
import { chase } from "../src/live/edge";
import { Stretches } from "../src/live/stretches";
import { presentationTicks, readPiece } from "../src/live/wire";

const box = (kind: string, ...parts: number[][]): number[] => {
  const body = parts.flat();
  const size = body.length + 8;
  return [(size >> 24) & 255, (size >> 16) & 255, (size >> 8) & 255, size & 255, ...[...kind].map((c) => c.charCodeAt(0)), ...body];
};
const u32 = (n: number) => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];

const fragment = (decode: number, cts: number): number[] =>
  box(
    "moof",
    box("mfhd", u32(0), u32(1)),
    box("traf", box("tfhd", u32(0x020000), u32(1)), box("tfdt", u32(0x01000000), u32(0), u32(decode)), box("trun", u32(0x01000f01), u32(1), u32(100), u32(512), u32(7), u32(0), u32(cts))),
  );

describe("the live wire", () => {
  it("reads the head of a frame", () => {
    const frame = new Uint8Array([2, 1, 7, 1, ...u32(3), ...u32(-40), ...u32(40), 9, 9]).buffer;
    expect(readPiece(frame)).toMatchObject({ init: false, track: 1, opening: 7, key: true, startMs: -40, endMs: 40 });
    expect([...(readPiece(frame)?.data ?? [])]).toEqual([9, 9]);
    expect(readPiece(new Uint8Array(16).buffer)).toBeNull();
  });

  it("finds when a unit is shown", () => {
    expect(presentationTicks(new Uint8Array(fragment(1000, 24)))).toBe(1024);
    expect(presentationTicks(new Uint8Array(fragment(1000, -24)))).toBe(976);
    expect(presentationTicks(new Uint8Array([1, 2, 3]))).toBeNull();
    expect(presentationTicks(new Uint8Array(box("moof", box("mfhd", u32(0)))))).toBeNull();
  });
});

describe("the live edge", () => {
  it("lets a small reserve be", () => {
    for (const ahead of [50, 120, 250]) expect(chase(ahead, 1)).toEqual({ rate: 1, jump: false });
  });
  it("catches up, and holds on to it until the reserve is as wanted", () => {
    expect(chase(400, 1).rate).toBe(1.1);
    expect(chase(200, 1.1).rate).toBe(1.1);
    expect(chase(110, 1.1).rate).toBe(1);
  });
  it("slows down before it runs dry", () => {
    expect(chase(20, 1).rate).toBe(0.97);
    expect(chase(100, 0.97).rate).toBe(0.97);
    expect(chase(130, 0.97).rate).toBe(1);
  });
  it("jumps when it is a second behind", () => {
    expect(chase(1200, 1)).toEqual({ rate: 1, jump: true });
  });
});

describe("stretches", () => {
  it("tell which moment of which recording is on the screen", () => {
    const all = new Stretches();
    expect(all.at(1)).toBeNull();
    all.add({ recording: "r1", zeroAt: "a", fromS: 2, zeroS: -8 });
    all.add({ recording: "r2", zeroAt: "b", fromS: 5, zeroS: 5 });
    expect(all.at(3)).toEqual({ recording: "r1", zeroAt: "a", ms: 11000 });
    expect(all.at(5.04)).toEqual({ recording: "r2", zeroAt: "b", ms: 40 });
    // A frame's time is rounded: still the second one's first picture.
    expect(all.at(4.99)?.recording).toBe("r2");
    expect(all.fits("r2", 5.01)).toBe(true);
    expect(all.fits("r1", -8)).toBe(false);
    all.dropBefore(6);
    expect(all.at(3)?.recording).toBe("r2");
  });
});
