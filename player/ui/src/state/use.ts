// Small hooks that several pages share.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Answer, ApiError } from "../api/client";
import { parseRoute, type Route } from "./route";

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  useEffect(() => {
    const change = () => setRoute(parseRoute(window.location.hash));
    window.addEventListener("hashchange", change);
    return () => window.removeEventListener("hashchange", change);
  }, []);
  return route;
}

export interface Loaded<T> {
  value: T | null;
  error: ApiError | null;
  busy: boolean;
  reload: () => void;
}

/** Calls the API when `key` changes; an answer that was overtaken by a newer question is dropped. */
export function useAnswer<T>(key: string | null, call: () => Promise<Answer<T>>): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: ApiError | null; busy: boolean }>({
    value: null,
    error: null,
    busy: key !== null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    if (key === null) return;
    const mine = ++latest.current;
    setState((old) => ({ ...old, busy: true, error: null }));
    void call().then((answer) => {
      if (mine !== latest.current) return;
      if (answer.ok) setState({ value: answer.value, error: null, busy: false });
      else setState((old) => ({ ...old, error: answer.error, busy: false }));
    });
    return () => {
      latest.current += 1;
    };
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}

/** The value once it has stood still for `delayMs`. */
export function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), delayMs);
    return () => window.clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}

/** Runs `action` every `periodMs` while the component is shown. */
export function useEvery(periodMs: number, action: () => void): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    const timer = window.setInterval(() => latest.current(), periodMs);
    return () => window.clearInterval(timer);
  }, [periodMs]);
}
