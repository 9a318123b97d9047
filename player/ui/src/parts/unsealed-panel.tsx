// Recordings of a room that ended and could not be sealed: which, why, and what can be done.

import { useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Room, UnsealedRecording } from "../api/room-types";
import { serverText } from "../i18n/server-texts";
import { may, useApp } from "../state/app";
import { dateTime } from "../time/format";
import { Icon } from "./icon";
import { channelTitle } from "./room-parts";

export function UnsealedPanel({ room }: { room: Room }) {
  const { t } = useApp();
  if (room.unsealed.length === 0) return null;
  return (
    <section class="panel alarms-panel unsealed-panel" aria-label={t.rooms.unsealed.title}>
      <h2>{t.rooms.unsealed.title}</h2>
      <ul>
        {room.unsealed.map((each) => (
          <UnsealedLine key={each.recording} room={room} found={each} />
        ))}
      </ul>
    </section>
  );
}

function UnsealedLine({ room, found }: { room: Room; found: UnsealedRecording }) {
  const { t, language, site, session } = useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    const answer = await api.sealAgain(room.name, found.recording);
    setBusy(false);
    setError(answer.ok ? null : answer.error);
  };
  return (
    <li class={found.again ? "alarm-line alarm-known" : "alarm-line"} data-unsealed={found.recording}>
      <p>
        <b>{channelTitle(room, found.channel)}</b> · {t.rooms.since} <span class="num">{dateTime(found.since, site.timezone)}</span>
      </p>
      <p>{serverText(found.reason, language)}</p>
      <p class="quiet">{found.again ? t.rooms.unsealed.waits : t.rooms.unsealed.wayForward(found.recording)}</p>
      {!found.again && may(session, "alarm.ack") && (
        <button type="button" class="button" disabled={busy} onClick={() => void again()}>
          <Icon name="seal" size={15} /> {t.rooms.unsealed.again}
        </button>
      )}
      {error && <p class="bad">{serverText(error.message, language)}</p>}
    </li>
  );
}
