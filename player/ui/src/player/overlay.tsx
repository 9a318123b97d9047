// Who is watching and when, laid over the picture, so that a filmed screen tells where it was filmed. It
// moves slowly, so that nothing stays hidden behind it and no fixed mask removes it.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useApp } from "../state/app";
import { useEvery } from "../state/use";
import { dateTime } from "../time/format";

// Shares of the picture; neighbours are far enough apart that no corner stays free for long.
const PLACES: readonly (readonly [number, number])[] = [
  [6, 12],
  [58, 70],
  [12, 60],
  [62, 18],
  [34, 40],
  [8, 82],
  [56, 44],
  [30, 14],
];
const STAY_S = 12;

export function Overlay() {
  const { site, session } = useApp();
  const [nowMs, setNow] = useState(() => api.serverNow());
  useEvery(1000, () => setNow(api.serverNow()));
  const [left, top] = PLACES[Math.floor(nowMs / 1000 / STAY_S) % PLACES.length] ?? [6, 12];
  return (
    <div class="overlay" aria-hidden="true" style={{ left: `${left}%`, top: `${top}%` }}>
      <b>
        {session.display_name} {session.account}
      </b>
      <span>{dateTime(nowMs, site.timezone)}</span>
    </div>
  );
}
