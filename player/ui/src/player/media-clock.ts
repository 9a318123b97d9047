// Two clocks: the element's currentTime, and media time from the recording's first picture, in which the
// server, the seal and the log count. Sound that starts before the picture (the encoder's priming) puts the
// first picture a little after zero on the element's clock; by that much the two differ.

// The largest lead of sound that is believed; beyond it the first picture seen was not the first one.
const LONGEST_LEAD_MS = 500;

export class MediaClock {
  /** Element time of the recording's first picture, in milliseconds. */
  offsetMs = 0;

  constructor(private readonly media: HTMLMediaElement) {}

  /** Learns the offset from the first picture, which is that of a segment beginning at `startMs`. Returns its end. */
  learn(startMs: number): () => void {
    const video = this.media instanceof HTMLVideoElement ? this.media : null;
    if (!video || !("requestVideoFrameCallback" in video)) return () => undefined;
    const handle = video.requestVideoFrameCallback((_now, frame) => {
      const leadMs = frame.mediaTime * 1000 - startMs;
      if (frame.presentedFrames === 1 && Math.abs(leadMs) < LONGEST_LEAD_MS) this.offsetMs = leadMs;
    });
    return () => video.cancelVideoFrameCallback(handle);
  }

  /** Media time of an element time, both in milliseconds. */
  toMedia(elementMs: number): number {
    return Math.max(0, elementMs - this.offsetMs);
  }

  get nowMs(): number {
    return this.toMedia(this.media.currentTime * 1000);
  }

  seek(mediaMs: number): void {
    this.media.currentTime = (Math.max(0, mediaMs) + this.offsetMs) / 1000;
  }
}
