// One channel live, alone on a page: purpose first, then the picture.

import { useEffect, useState } from "preact/hooks";
import { LivePlayer } from "../live/live-player";
import { Icon } from "../parts/icon";
import type { StatedPurpose } from "../api/types";
import { PurposeDialog } from "../parts/purpose-dialog";
import { useApp } from "../state/app";

/** `transport`: "hls" shows what a browser without MSE would be served. */
export function LivePage({ channel, transport }: { channel: string; transport?: "hls" }) {
  const { t, away } = useApp();
  const [purpose, setPurpose] = useState<StatedPurpose | null>(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (away) setPurpose(null);
  }, [away]);
  return (
    <div class="page live">
      <header class="page-head">
        <h1>
          {t.live.title} <small>{channel}</small>
        </h1>
      </header>
      {purpose ? (
        <LivePlayer channel={channel} label={channel} purpose={purpose} {...(transport ? { transport } : {})} />
      ) : (
        <div class="board board-calm">
          <Icon name="lock" size={46} />
          <h2>{t.live.locked}</h2>
          <p>{t.live.lockedWhy}</p>
          <button type="button" class="button primary big" onClick={() => setAsking(true)}>
            <Icon name="video" />
            {t.live.begin}
          </button>
        </div>
      )}
      {asking && (
        <PurposeDialog
          scope="live"
          onOpened={() => undefined}
          onStated={(stated) => {
            setAsking(false);
            setPurpose(stated);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
