// Which recording, and which moment of it, stands at a time of the video element. Pure.

export interface Stretch {
  recording: string;
  zeroAt: string; // wall clock of 0 ms
  fromS: number; // element time of its first picture
  zeroS: number; // element time of 0 ms of the recording
}

export interface Moment {
  recording: string;
  zeroAt: string;
  ms: number;
}

const SAME_S = 0.1;
// Frame times of the element are rounded.
const ROUNDING_S = 0.02;

export class Stretches {
  #all: Stretch[] = [];

  add(stretch: Stretch): void {
    this.#all.push(stretch);
  }

  /** Does the newest stretch say that 0 ms of this recording lies at this element time? */
  fits(recording: string, zeroS: number): boolean {
    const last = this.#all[this.#all.length - 1];
    return last?.recording === recording && Math.abs(last.zeroS - zeroS) < SAME_S;
  }

  clear(): void {
    this.#all = [];
  }

  /** Forget what can no longer be shown. */
  dropBefore(elementS: number): void {
    const first = this.#all.findLastIndex(({ fromS }) => fromS <= elementS);
    if (first > 0) this.#all.splice(0, first);
  }

  at(elementS: number): Moment | null {
    const found = this.#all.findLast(({ fromS }) => fromS <= elementS + ROUNDING_S) ?? this.#all[0];
    if (!found) return null;
    return { recording: found.recording, zeroAt: found.zeroAt, ms: Math.round((elementS - found.zeroS) * 1000) };
  }
}
