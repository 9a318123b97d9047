// SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, in hex. Browsers offer theirs to pages behind TLS only, and a station's
// own network often has none. For short texts: a word that is committed to.

const PRIMES = (() => {
  const found: number[] = [];
  for (let n = 2; found.length < 64; n += 1) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
})();
/** The first 32 bits of a number's fraction. */
const fraction = (n: number) => Math.floor((n - Math.floor(n)) * 2 ** 32) | 0;
const K = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n));

export function sha256(text: string): string {
  const state = [...START];
  for (const block of blocksOf(new TextEncoder().encode(text))) compress(state, block);
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Padded to whole blocks of sixteen 32-bit words: a one bit, zeros, the length in bits. */
function blocksOf(bytes: Uint8Array): number[][] {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new DataView(new ArrayBuffer(length));
  bytes.forEach((byte, at) => padded.setUint8(at, byte));
  padded.setUint8(bytes.length, 0x80);
  padded.setUint32(length - 8, Math.floor(bytes.length / 2 ** 29));
  padded.setUint32(length - 4, (bytes.length * 8) >>> 0);
  return Array.from({ length: length / 64 }, (_, block) => Array.from({ length: 16 }, (_, word) => padded.getInt32(block * 64 + word * 4)));
}

function compress(state: number[], block: number[]): void {
  const w = [...block];
  for (let t = 16; t < 64; t += 1) {
    const [a, b] = [w[t - 15] as number, w[t - 2] as number];
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[t] = ((w[t - 16] as number) + s0 + (w[t - 7] as number) + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t += 1) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + (K[t] as number) + (w[t] as number)) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, at) => {
    state[at] = ((state[at] as number) + value) | 0;
  });
}
