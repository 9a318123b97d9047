// What was put on the screen, recording by recording, for the claims that go back to the server.

import type { RenderedSpan } from "../api/types";
import { SpanRecorder } from "../time/spans";
import type { Moment } from "./stretches";

const FRAME_GUESS_MS = 40; // length of a picture until the next one shows it
const LONGEST_FRAME_MS = 500;

export class Shown {
  #spans = new SpanRecorder();
  #last: Moment | null = null;
  #before: [string, RenderedSpan[]][] = []; // of recordings that are over

  picture(moment: Moment): void {
    const last = this.#last;
    if (last && last.recording !== moment.recording) {
      this.#spans.cut();
      this.#before.push([last.recording, this.#spans.take()]);
      this.#spans = new SpanRecorder();
    }
    this.#last = moment;
    const follows = last?.recording === moment.recording && moment.ms > last.ms && moment.ms - last.ms < LONGEST_FRAME_MS;
    const visible = !document.hidden;
    // Chasing the live edge changes the speed by a few percent: the claim is of normal speed.
    if (follows && last) this.#spans.shown(last.ms, moment.ms, 1, visible);
    else this.#spans.shown(moment.ms, moment.ms + FRAME_GUESS_MS, 1, visible);
  }

  /** What was shown since the last call: [recording, spans] each. */
  take(): [string, RenderedSpan[]][] {
    const taken = this.#before;
    this.#before = [];
    if (this.#last) taken.push([this.#last.recording, this.#spans.take()]);
    return taken.filter(([, spans]) => spans.length > 0);
  }
}
