// Small hooks that several pages share.

import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Answer, ApiError } from "../api/client";
import { AppContext } from "./app";
import type { Places } from "./places";
import { parseRoute, type Route } from "./route";

export function useRoute(places: Places): Route {
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  useEffect(() => {
    const change = () => {
      places.arrive();
      setRoute(parseRoute(window.location.hash));
    };
    const end = places.follow();
    window.addEventListener("hashchange", change);
    return () => {
      end();
      window.removeEventListener("hashchange", change);
    };
  }, [places]);
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
  useOnceReachable(state.error, reload);
  return { ...state, reload };
}

/** Asks again by itself once a server that could not be reached answers. */
export function useOnceReachable(error: ApiError | null, again: () => void, known?: boolean): void {
  const given = useContext(AppContext)?.reachable ?? true;
  const reachable = known ?? given;
  const latest = useRef(again);
  latest.current = again;
  const missed = error?.status === 0;
  useEffect(() => {
    if (missed && reachable) latest.current();
  }, [missed, reachable]);
}

/** The name of what the page shows, in the browser's tab and history; null while it is not known. */
export function useTitle(name: string | null): void {
  const site = useContext(AppContext)?.site.name ?? "mediad";
  useEffect(() => {
    if (name !== null) document.title = name ? `${name} · ${site}` : site;
  }, [name, site]);
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
