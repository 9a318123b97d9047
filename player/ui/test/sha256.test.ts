import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { newWord } from "../src/state/sample-word";
import { sha256 } from "../src/state/sha256";

describe("SHA-256", () => {
  it("gives the values of FIPS 180-4", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("gives what everybody gives, at every length and in Chinese", () => {
    for (let n = 0; n < 300; n += 1) {
      const text = "骰".repeat(n % 40) + "x".repeat(n);
      expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });
});

describe("the word of a sample", () => {
  it("is long enough, and another each time", () => {
    const words = new Set(Array.from({ length: 50 }, newWord));
    expect(words.size).toBe(50);
    for (const word of words) expect(word).toMatch(/^([a-z2-9]{5}-){4}[a-z2-9]{5}$/);
  });
});
