// Asks for code after code while the slate is shown, and draws each with the next animation frame. Asking keeps an even
// pace whatever the network takes: several may be under way at once. The screen is kept from going dark.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { SlateCode } from "../api/clock-types";
import { current, drawn, failed, nextAsk, NOTHING, promise, type Come, type Showing } from "./showing";

const FIRST_PERIOD_MS = 170;
const AFTER_FAILURE_MS = 500;
const MAX_UNDER_WAY = 4;
// Only to begin with: the server says what may be promised.
const LEAST_MS = 17;
const MOST_MS = 200;

/** Codes for this case while the page is seen. `error`: why the latest asking failed. */
export function useSlate(caseNumber: string): { showing: Showing; error: ApiError | null } {
  const [showing, setShowing] = useState<Showing>(NOTHING);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    let left = false;
    let now: Showing = NOTHING;
    let latest: SlateCode | null = null;
    let come: Come[] = [];
    let underWay = 0;
    let dueMs = performance.now();
    const show = (next: Showing) => {
      if (next === now) return;
      now = next;
      setShowing(next);
    };
    const ask = async () => {
      const askedMs = performance.now();
      underWay += 1;
      const answer = await api.slate(caseNumber, promise(now, latest?.least_promise_ms ?? LEAST_MS, latest?.most_promise_ms ?? MOST_MS));
      underWay -= 1;
      if (left) return;
      setError(answer.ok ? null : answer.error);
      if (answer.ok) {
        latest = answer.value;
        come.push({ code: answer.value, askedMs, cameMs: performance.now() });
      } else {
        show(failed(now, performance.now()));
        dueMs = performance.now() + AFTER_FAILURE_MS;
      }
    };
    // Frames stop where nobody sees them, and with them the asking. What is drawn in one is shown by the next.
    let frame = requestAnimationFrame(function look() {
      const nowMs = performance.now();
      show(drawn(now, come, nowMs));
      come = [];
      if (nowMs >= dueMs && underWay < MAX_UNDER_WAY) {
        dueMs = nextAsk(dueMs, latest?.refresh_ms ?? FIRST_PERIOD_MS, nowMs);
        void ask();
      }
      frame = requestAnimationFrame(look);
    });
    // Whoever comes back to the page must not see, not even for one frame, what stood there when it was left.
    const hide = () => {
      if (document.visibilityState === "hidden") show({ ...current(now, performance.now()), code: null });
    };
    show(NOTHING);
    setShowing(NOTHING);
    document.addEventListener("visibilitychange", hide);
    return () => {
      left = true;
      cancelAnimationFrame(frame);
      document.removeEventListener("visibilitychange", hide);
    };
  }, [caseNumber]);
  return { showing, error };
}

/** Keeps the screen on while the page is seen. False where the browser cannot: without HTTPS, or to save power. */
export function useWakeLock(): boolean {
  const [held, setHeld] = useState(true);
  const lock = useRef<WakeLockSentinel | null>(null);
  useEffect(() => {
    let left = false;
    const take = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        // Missing where the page did not come over HTTPS.
        const taken = (await navigator.wakeLock?.request("screen")) ?? null;
        if (left) void taken?.release();
        else lock.current = taken;
        setHeld(taken !== null);
      } catch {
        setHeld(false);
      }
    };
    void take();
    // The browser lets go of it when the page is hidden.
    document.addEventListener("visibilitychange", take);
    return () => {
      left = true;
      document.removeEventListener("visibilitychange", take);
      void lock.current?.release();
    };
  }, []);
  return held;
}
