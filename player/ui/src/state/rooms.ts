// The rooms as they are now, kept current by the event stream.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import { listen, type Link } from "../api/events";
import type { Level, Room } from "../api/room-types";
import { useOnceReachable } from "./use";

export interface LiveRooms {
  rooms: Room[] | null;
  levels: Readonly<Record<string, Level>>; // by channel; only the newest of each
  error: ApiError | null;
  link: Link;
  load: () => void;
  /** What an answer of the server said before the stream did. */
  put: (room: Room) => void;
}

const STALE_LEVEL_MS = 1500;

export function useRooms(): LiveRooms {
  const [rooms, setRooms] = useState<Room[] | null>(null);
  const [levels, setLevels] = useState<Record<string, Level>>({});
  const [error, setError] = useState<ApiError | null>(null);
  const [link, setLink] = useState<Link>("connecting");
  const heardAt = useRef<Record<string, number>>({});

  const put = (room: Room) =>
    setRooms((old) =>
      old?.some((each) => each.name === room.name)
        ? old.map((each) => (each.name === room.name ? room : each))
        : [...(old ?? []), room],
    );
  const load = () =>
    void api.rooms().then((answer) => {
      if (answer.ok) setRooms(answer.value.rooms);
      setError(answer.ok ? null : answer.error);
    });
  useEffect(() => {
    load();
    // A bar that stands still would say that there is sound.
    const timer = window.setInterval(() => {
      const old = performance.now() - STALE_LEVEL_MS;
      const silent = Object.keys(heardAt.current).filter((channel) => (heardAt.current[channel] ?? 0) < old);
      if (silent.length === 0) return;
      for (const channel of silent) delete heardAt.current[channel];
      setLevels((all) => Object.fromEntries(Object.entries(all).filter(([channel]) => !silent.includes(channel))));
    }, STALE_LEVEL_MS);
    const end = listen({
      room: put,
      levels: ({ levels: some }) => {
        for (const each of some) heardAt.current[each.channel] = performance.now();
        setLevels((all) => ({ ...all, ...Object.fromEntries(some.map((each) => [each.channel, each])) }));
      },
      link: setLink,
    });
    return () => {
      window.clearInterval(timer);
      end();
    };
  }, []);
  useOnceReachable(error, load);
  return { rooms, levels, error, link, load, put };
}
