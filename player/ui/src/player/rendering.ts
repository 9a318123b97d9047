// Measures which pictures were really put on the screen (requestVideoFrameCallback), at which speed and
// whether the page was in front. Where no pictures come (sound, hidden page) the playing position counts.

import type { RenderedSpan } from "../api/types";
import { SpanRecorder } from "../time/spans";
import type { MediaClock } from "./media-clock";

const FRAME_GUESS_MS = 40; // length of a picture until the next one shows it
const LONGEST_FRAME_MS = 1000;

export class Rendering {
  readonly #spans = new SpanRecorder();
  #lastPictureMs: number | null = null;
  #lastSoundMs: number | null = null;
  #handle = 0;
  #ended = false;
  readonly #events: [string, () => void][];

  constructor(
    private readonly media: HTMLMediaElement,
    private readonly clock: MediaClock,
    private readonly durationMs: number,
  ) {
    const cut = () => {
      this.#spans.cut();
      this.#lastPictureMs = null;
      this.#lastSoundMs = null;
    };
    this.#events = [
      ["seeking", cut],
      ["pause", cut],
      ["ratechange", cut],
      ["timeupdate", () => this.#onPosition()],
    ];
    for (const [name, handler] of this.#events) media.addEventListener(name, handler);
    document.addEventListener("visibilitychange", cut);
    this.#events.push(["", cut]);
    this.#askForPicture();
  }

  get #pictures(): HTMLVideoElement | null {
    const video = this.media instanceof HTMLVideoElement ? this.media : null;
    return video && "requestVideoFrameCallback" in video ? video : null;
  }

  #askForPicture(): void {
    const video = this.#pictures;
    if (!video || this.#ended) return;
    this.#handle = video.requestVideoFrameCallback((_now, frame) => {
      this.#onPicture(frame.mediaTime * 1000);
      this.#askForPicture();
    });
  }

  #onPicture(atMs: number): void {
    const last = this.#lastPictureMs;
    this.#lastPictureMs = atMs;
    // The previous picture stood until this one came.
    if (last !== null && atMs > last && atMs - last < LONGEST_FRAME_MS) this.#add(last, atMs);
    else this.#add(atMs, atMs + FRAME_GUESS_MS);
  }

  #onPosition(): void {
    if (this.#pictures && !document.hidden && this.#pictures.videoWidth > 0) {
      this.#lastSoundMs = null;
      return;
    }
    const atMs = this.media.currentTime * 1000;
    const last = this.#lastSoundMs;
    this.#lastSoundMs = this.media.paused ? null : atMs;
    if (last !== null && atMs > last && atMs - last < LONGEST_FRAME_MS * Math.max(1, this.media.playbackRate)) this.#add(last, atMs);
  }

  #add(fromMs: number, toMs: number): void {
    const end = Math.min(this.clock.toMedia(toMs), this.durationMs);
    this.#spans.shown(this.clock.toMedia(fromMs), end, this.media.playbackRate, !document.hidden);
  }

  take(): RenderedSpan[] {
    return this.#spans.take();
  }

  giveBack(spans: readonly RenderedSpan[]): void {
    this.#spans.giveBack(spans);
  }

  stop(): void {
    this.#ended = true;
    this.#pictures?.cancelVideoFrameCallback(this.#handle);
    for (const [name, handler] of this.#events) {
      if (name) this.media.removeEventListener(name, handler);
      else document.removeEventListener("visibilitychange", handler);
    }
  }
}
