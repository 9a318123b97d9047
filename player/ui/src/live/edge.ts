// How a live picture is kept near the live edge: a little faster or slower, or one jump. Pure.

export interface Edge {
  rate: number;
  jump: boolean; // to just before the newest picture
}

const WANTED_MS = 120;
const FAST_FROM_MS = 250;
const SLOW_FROM_MS = 50;
const JUMP_FROM_MS = 1000;
const FASTEST = 1.1;
const SLOWEST = 0.97;

/** `aheadMs`: media that lies ready after the picture being shown. The rate is kept until the wanted reserve is reached. */
export function chase(aheadMs: number, rate: number): Edge {
  if (aheadMs > JUMP_FROM_MS) return { rate: 1, jump: true };
  if (aheadMs > FAST_FROM_MS) return { rate: FASTEST, jump: false };
  if (aheadMs < SLOW_FROM_MS) return { rate: SLOWEST, jump: false };
  const settled = rate > 1 ? aheadMs <= WANTED_MS : aheadMs >= WANTED_MS;
  return { rate: settled ? 1 : rate, jump: false };
}
