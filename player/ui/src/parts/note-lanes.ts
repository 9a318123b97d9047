// Marks and notes at nearly the same second lie below each other: each can be seen and clicked. Pure.

// As a share of the timeline: the width of a sign on a small screen.
const APART = 0.025;

/** The lane of each instant, in the order given: none has two that lie nearer than a sign is wide. */
export function lanes(instants: readonly number[], total: number): number[] {
  const ends: number[] = []; // of the last sign in each lane
  const order = instants.map((_, n) => n).sort((a, b) => (instants[a] ?? 0) - (instants[b] ?? 0));
  const found = new Array<number>(instants.length).fill(0);
  for (const n of order) {
    const at = (instants[n] ?? 0) / Math.max(1, total);
    const free = ends.findIndex((end) => end <= at);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = at + APART;
    found[n] = lane;
  }
  return found;
}
