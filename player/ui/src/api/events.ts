// The server-sent events of /api/v1/events: what the bays, jobs and rooms do now. Reconnects by itself, also after
// an HTTP error, which EventSource alone treats as final.

import type { Levels, Room } from "./room-types";
import type { Bay, Job } from "./types";

export type Link = "connecting" | "live" | "lost";

export interface Listener {
  bay?: (bay: Bay) => void;
  job?: (job: Job) => void;
  room?: (room: Room) => void;
  /** Asked for only where somebody listens: they come four times a second. */
  levels?: (levels: Levels) => void;
  link?: (link: Link) => void;
}

const FIRST_DELAY_MS = 1000;
const LAST_DELAY_MS = 15000;

/** Returns the function that ends the subscription. */
export function listen(listener: Listener, open: (url: string) => EventSource = (url) => new EventSource(url)): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let delay = FIRST_DELAY_MS;
  let ended = false;

  const connect = () => {
    source = open(`/api/v1/events${listener.levels ? "?levels=true" : ""}`);
    source.addEventListener("open", () => {
      delay = FIRST_DELAY_MS;
      listener.link?.("live");
    });
    const hear = <T>(name: string, told: ((thing: T) => void) | undefined) =>
      source?.addEventListener(name, (event) => told?.(JSON.parse((event as MessageEvent<string>).data) as T));
    hear<Bay>("bay", listener.bay);
    hear<Job>("job", listener.job);
    hear<Room>("room", listener.room);
    hear<Levels>("levels", listener.levels);
    source.addEventListener("error", () => {
      listener.link?.("lost");
      if (source?.readyState !== EventSource.CLOSED || ended) return;
      timer = window.setTimeout(connect, delay);
      delay = Math.min(delay * 2, LAST_DELAY_MS);
    });
  };

  listener.link?.("connecting");
  connect();
  return () => {
    ended = true;
    window.clearTimeout(timer);
    source?.close();
  };
}
