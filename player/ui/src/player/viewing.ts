// One open viewing: reports what was rendered, renews the grant, closes it when the page goes.

import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import type { RenderedSpan, SpanPair, Viewing } from "../api/types";
import { merge } from "../time/spans";
import type { Trouble } from "./delivery";
import type { MediaClock } from "./media-clock";
import { Rendering } from "./rendering";

const REPORT_MS = 5000;
const RENEW_CHECK_MS = 10000;
const RENEW_BEFORE_MS = 60000;

export interface Watched {
  rendered: SpanPair[];
  undeliveredMs: number;
  expiresAt: string;
}

const pairs = (spans: readonly RenderedSpan[]) => spans.map((span): SpanPair => [span.start_ms, span.end_ms]);

/** Reports of one media element. The viewing is closed with it, unless `staysOpen` says that it is to go on. */
export function useReports(
  viewing: Viewing,
  media: HTMLMediaElement | null,
  clock: MediaClock | null,
  durationMs: number,
  onTrouble: (trouble: Trouble) => void,
  staysOpen: { readonly current: boolean },
): Watched {
  const [rendered, setRendered] = useState<SpanPair[]>([]);
  const [undeliveredMs, setUndelivered] = useState(0);
  const [expiresAt, setExpiresAt] = useState(viewing.expires_at);
  const trouble = useRef(onTrouble);
  trouble.current = onTrouble;

  useEffect(() => {
    if (!media || !clock) return;
    const rendering = new Rendering(media, clock, durationMs);
    let closed = false;
    const report = async () => {
      const spans = rendering.take();
      if (spans.length === 0) return;
      setRendered((old) => merge([...old, ...pairs(spans)], 50));
      const answer = await api.reportRendered(viewing.id, spans, Math.round(clock.nowMs));
      if (answer.ok) setUndelivered((sum) => sum + answer.value.undelivered_ms);
      else if (answer.error.status === 0 || answer.error.status === 503) rendering.giveBack(spans);
      else if (answer.error.status === 410) trouble.current({ kind: "ended" });
    };
    // A page in the back-forward cache may come back after pagehide: its grant is over then.
    const leave = () => {
      if (closed) return;
      closed = true;
      api.closeByBeacon(viewing.id, rendering.take());
    };
    const returned = (event: PageTransitionEvent) => {
      if (event.persisted && closed) trouble.current({ kind: "ended" });
    };
    const timer = window.setInterval(() => void report(), REPORT_MS);
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", returned);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", returned);
      const last = rendering.take();
      if (!closed && staysOpen.current) void api.reportRendered(viewing.id, last, Math.round(clock.nowMs));
      else if (!closed) void api.closeViewing(viewing.id, last);
      closed = true;
      rendering.stop();
    };
  }, [viewing.id, media, clock, durationMs]);

  useEffect(() => {
    let until = Date.parse(expiresAt);
    const timer = window.setInterval(() => {
      if (until - api.serverNow() > RENEW_BEFORE_MS) return;
      void api.renewViewing(viewing.id).then((answer) => {
        if (answer.ok) {
          until = Date.parse(answer.value.expires_at);
          setExpiresAt(answer.value.expires_at);
        } else if (answer.error.status === 410 || answer.error.status === 403) {
          trouble.current({ kind: "ended" });
        }
      });
    }, RENEW_CHECK_MS);
    return () => window.clearInterval(timer);
  }, [viewing.id]);

  return { rendered, undeliveredMs, expiresAt };
}
