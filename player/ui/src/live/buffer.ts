// Media Source Extensions for live pictures: one SourceBuffer per track, everything in order, the newest seconds kept,
// the playback rate nudged so that the picture stays at the live edge.

import { chase } from "./edge";
import { Stretches, type Moment } from "./stretches";
import { presentationTicks, type LiveTrack, type Opening, type Piece } from "./wire";

type Step =
  | { do: "type"; mime: string }
  | { do: "offset"; seconds: number }
  | { do: "append"; data: Uint8Array<ArrayBuffer> }
  | { do: "remove"; untilS: number };

const KEPT_S = 5;
const EVICT_MS = 1000;
const CHASE_MS = 100;
const LEAD_S = 0.12; // behind the newest picture after a jump
// Decode times that go on within this much belong to the same source.
const JOINS_S = 0.5;
const MOST_WAITING = 2000; // steps; a browser that takes no more has a stalled decoder

/** The class that this browser has; null without MSE (older iPhones). */
export function mediaSourceClass(): typeof MediaSource | null {
  const managed = (globalThis as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;
  return managed ?? globalThis.MediaSource ?? null;
}

class Lane {
  #waiting: Step[] = [];
  #mime: string;

  constructor(
    private readonly buffer: SourceBuffer,
    readonly kind: LiveTrack["kind"],
    mime: string,
    private readonly failed: (why: string) => void,
  ) {
    this.#mime = mime;
    buffer.mode = "segments";
    buffer.addEventListener("updateend", () => this.#next());
    buffer.addEventListener("error", () => failed("The browser could not take the media."));
  }

  put(...steps: Step[]): void {
    this.#waiting.push(...steps);
    if (this.#waiting.length > MOST_WAITING) this.failed("The browser takes no more media.");
    this.#next();
  }

  get offsetS(): number {
    const set = this.#waiting.findLast((step) => step.do === "offset");
    return set?.do === "offset" ? set.seconds : this.buffer.timestampOffset;
  }

  get ranges(): TimeRanges {
    return this.buffer.buffered;
  }

  #next(): void {
    while (!this.buffer.updating) {
      const step = this.#waiting.shift();
      if (!step) return;
      try {
        this.#take(step);
      } catch (error) {
        if (error instanceof DOMException && error.name === "QuotaExceededError" && this.ranges.length > 0) {
          this.#waiting.unshift({ do: "remove", untilS: this.ranges.end(this.ranges.length - 1) - 1 }, step);
          continue;
        }
        this.failed(String(error));
        return;
      }
    }
  }

  #take(step: Step): void {
    if (step.do === "append") this.buffer.appendBuffer(step.data);
    else if (step.do === "offset") this.buffer.timestampOffset = step.seconds;
    else if (step.do === "remove") {
      if (step.untilS > 0 && this.ranges.length > 0 && this.ranges.start(0) < step.untilS) this.buffer.remove(0, step.untilS);
    } else if (step.mime !== this.#mime) {
      this.buffer.changeType(step.mime);
      this.#mime = step.mime;
    }
  }
}

export interface BufferListener {
  /** Neither the picture nor the sound of this source can be played here. */
  unsupported: (mime: string, kind: LiveTrack["kind"]) => void;
  failed: (why: string) => void;
  /** Media lies ready. */
  playing: () => void;
}

export class LiveBuffer {
  readonly stretches = new Stretches();
  #source: MediaSource | null = null;
  #url = "";
  #lanes = new Map<number, Lane>();
  #opening: Opening | null = null;
  #inits = new Map<number, Piece>();
  #placed = false; // the opening's first picture has its place on the element's time
  #ready = false;
  #early: Piece[] = []; // until the source is open
  #timers: number[];
  #started = false;

  constructor(
    private readonly media: HTMLVideoElement,
    private readonly listener: BufferListener,
  ) {
    this.#timers = [window.setInterval(() => this.#evict(), EVICT_MS), window.setInterval(() => this.#chase(), CHASE_MS)];
  }

  open(opening: Opening): void {
    this.#opening = opening;
    this.#inits.clear();
    this.#placed = false;
    const played = this.#playable(opening);
    if (!played) return;
    const kinds = played.map(({ track, kind }) => `${track}${kind}`).join();
    const now = [...this.#lanes].map(([track, lane]) => `${track}${lane.kind}`).join();
    // Other tracks than before (sound lost, or back): a SourceBuffer without media would hold up the others.
    if (!this.#source || (this.#ready && kinds !== now)) this.#build(played);
    else if (this.#ready) for (const { track, mime } of played) this.#lanes.get(track)?.put({ do: "type", mime });
  }

  put(piece: Piece): void {
    if (!this.#opening || piece.opening !== this.#opening.opening) return;
    if (!this.#ready) {
      this.#early.push(piece);
      return;
    }
    const lane = this.#lanes.get(piece.track);
    if (!lane) return;
    if (piece.init) {
      this.#inits.set(piece.track, piece);
      lane.put({ do: "append", data: piece.data });
      return;
    }
    if (!this.#placed && !this.#place(piece, lane)) return;
    lane.put({ do: "append", data: piece.data });
    this.#start();
  }

  moment(elementS: number): Moment | null {
    return this.stretches.at(elementS);
  }

  stop(): void {
    for (const timer of this.#timers) window.clearInterval(timer);
    this.#release();
  }

  #playable(opening: Opening): LiveTrack[] | null {
    const Source = mediaSourceClass();
    if (!Source) return null;
    const played: LiveTrack[] = [];
    for (const track of opening.tracks) {
      if (track.kind === "data") continue;
      if (Source.isTypeSupported(track.mime)) played.push(track);
      else this.listener.unsupported(track.mime, track.kind);
    }
    const wantsPicture = opening.tracks.some(({ kind }) => kind === "video");
    return wantsPicture && !played.some(({ kind }) => kind === "video") ? null : played;
  }

  #build(tracks: readonly LiveTrack[]): void {
    const Source = mediaSourceClass();
    if (!Source) return;
    this.#release();
    const source = new Source();
    this.#source = source;
    source.addEventListener(
      "sourceopen",
      () => {
        if (source !== this.#source) return;
        source.duration = Number.POSITIVE_INFINITY;
        for (const { track, kind, mime } of tracks) this.#lanes.set(track, new Lane(source.addSourceBuffer(mime), kind, mime, this.listener.failed));
        this.#ready = true;
        const early = this.#early;
        this.#early = [];
        for (const piece of early) this.put(piece);
      },
      { once: true },
    );
    this.media.disableRemotePlayback = true; // ManagedMediaSource asks for it
    this.#url = URL.createObjectURL(source);
    this.media.src = this.#url;
  }

  #release(): void {
    this.#lanes.clear();
    this.stretches.clear();
    this.#ready = this.#started = false;
    this.#early = [];
    this.#source = null;
    if (this.#url) {
      URL.revokeObjectURL(this.#url);
      this.#url = "";
      this.media.removeAttribute("src");
      this.media.load();
    }
  }

  /** Give an opening its place: where the source goes on, on the same time; else right behind what is there. */
  #place(piece: Piece, lane: Lane): boolean {
    const opening = this.#opening;
    const track = opening?.tracks.find((each) => each.track === piece.track);
    const ticks = presentationTicks(piece.data);
    if (!opening || !track || ticks === null) return false;
    const mediaS = ticks / track.timescale;
    const endS = this.#endS();
    const zeroS = mediaS + lane.offsetS - piece.startMs / 1000;
    // The same recording again (after a broken line), or a source that goes on over a rotation.
    const joins = this.stretches.fits(opening.recording, zeroS) || (endS !== null && Math.abs(mediaS + lane.offsetS - endS) < JOINS_S);
    const offsetS = joins ? lane.offsetS : (endS ?? 0) - mediaS;
    if (!joins) for (const each of this.#lanes.values()) each.put({ do: "offset", seconds: offsetS });
    const fromS = mediaS + offsetS;
    this.stretches.add({ recording: opening.recording, zeroAt: opening.zero_at, fromS, zeroS: fromS - piece.startMs / 1000 });
    this.#placed = true;
    return true;
  }

  /** Where the newest media ends that all tracks have; null before the first. */
  #endS(): number | null {
    const ends = [...this.#lanes.values()].map(({ ranges }) => (ranges.length > 0 ? ranges.end(ranges.length - 1) : null));
    const known = ends.filter((end) => end !== null);
    return known.length === ends.length && known.length > 0 ? Math.min(...known) : null;
  }

  #start(): void {
    if (this.#started) return;
    const { buffered } = this.media;
    if (buffered.length === 0) return;
    this.#started = true;
    this.#toEdge();
    void this.media.play().catch(() => {
      // Without a gesture only silent pictures may begin by themselves.
      this.media.muted = true;
      void this.media.play().catch(() => undefined);
    });
    this.listener.playing();
  }

  #toEdge(): void {
    const { buffered } = this.media;
    const last = buffered.length - 1;
    if (last >= 0) this.media.currentTime = Math.max(buffered.start(last), buffered.end(last) - LEAD_S);
  }

  #chase(): void {
    const { buffered } = this.media;
    if (!this.#started) return this.#start();
    if (this.media.paused || this.media.seeking || buffered.length === 0) return;
    const now = this.media.currentTime;
    const last = buffered.length - 1;
    const { rate, jump } = chase((buffered.end(last) - now) * 1000, this.media.playbackRate);
    // A hole before the newest stretch is never crossed by playing.
    if (jump || now < buffered.start(last)) this.#toEdge();
    if (this.media.playbackRate !== rate) this.media.playbackRate = rate;
  }

  #evict(): void {
    const untilS = this.media.currentTime - KEPT_S;
    if (untilS <= 0) return;
    for (const lane of this.#lanes.values()) lane.put({ do: "remove", untilS });
    this.stretches.dropBefore(untilS);
  }
}
