// Where a channel's live picture goes: the picture under a viewing, or why there is none.

import { useState } from "preact/hooks";
import type { RoomChannel } from "../api/room-types";
import { serverText } from "../i18n/server-texts";
import { LivePlayer } from "../live/live-player";
import { may, useApp } from "../state/app";
import { Icon } from "./icon";
import { PurposeDialog } from "./purpose-dialog";
import { CHANNEL_ICONS } from "./room-parts";

export function LiveSlot({ channel, compact = false }: { channel: RoomChannel; compact?: boolean }) {
  const { t, language, session, watching } = useApp();
  // A player that lost its source says so itself, and goes on by itself.
  if (watching && may(session, "viewing.live") && channel.state !== "ready") {
    return <LivePlayer key={channel.id} channel={channel.id} label={channel.title} purpose={watching} compact={compact} />;
  }
  return (
    <div class={`live-slot live-${channel.state}`} data-channel={channel.id} data-state={channel.state}>
      <div class="live-none">
        <Icon name={CHANNEL_ICONS[channel.state]} size={34} />
        <strong>{t.rooms.channelStates[channel.state]}</strong>
        {channel.reason ? <span>{serverText(channel.reason, language)}</span> : channel.state === "ready" && <span>{t.rooms.notRecorded}</span>}
        {!compact && !watching && channel.state === "recording" && <WatchButton />}
      </div>
    </div>
  );
}

/** States the purpose once; every room that is opened afterwards is watched under it. */
export function WatchButton() {
  const { t, session, watching, setWatching } = useApp();
  const [asking, setAsking] = useState(false);
  if (watching || !may(session, "viewing.live")) return null;
  return (
    <>
      <button type="button" class="button primary" onClick={() => setAsking(true)}>
        <Icon name="video" size={16} /> {t.rooms.watch}
      </button>
      {asking && (
        <PurposeDialog
          scope="live"
          onOpened={() => undefined}
          onStated={(stated) => {
            setAsking(false);
            setWatching(stated);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
