// The row below the live picture: looking back and to live again, sound, full screen.

import { Icon, type IconName } from "../parts/icon";
import { useApp } from "../state/app";
import { SKIP_S, type LiveCommand } from "./live-keys";

interface LiveControlsProps {
  back: boolean;
  paused: boolean;
  muted: boolean;
  full: boolean;
  sound: boolean;
  fallback: boolean;
  act: (command: LiveCommand) => void;
}

export function LiveControls({ back, paused, muted, full, sound, fallback, act }: LiveControlsProps) {
  const { t } = useApp();
  const button = (icon: IconName, label: string, command: LiveCommand, key: string) => (
    <button type="button" class="icon-button" aria-label={label} title={`${label} (${key})`} onClick={() => act(command)}>
      <Icon name={icon} size={19} filled={icon === "play"} />
    </button>
  );
  return (
    <div class="controls live-controls">
      <div class="controls-group">
        {button("back", t.live.back10, { do: "skip", seconds: -SKIP_S }, "←")}
        {back && button(paused ? "play" : "pause", paused ? t.player.play : t.player.pause, { do: "toggle" }, "K")}
        {back && button("forward", t.live.forward10, { do: "skip", seconds: SKIP_S }, "→")}
        {back && (
          <button type="button" class="button small live-return" onClick={() => act({ do: "live" })} title="L">
            <i class="live-dot" />
            {t.live.toLive}
          </button>
        )}
      </div>
      {fallback && <span class="quiet">{t.live.fallback}</span>}
      <div class="controls-group controls-right">
        {sound && button(muted ? "muted" : "volume", muted ? t.live.unmute : t.live.mute, { do: "mute" }, "M")}
        {button(full ? "exitFull" : "full", full ? t.live.exitFull : t.live.full, { do: "full" }, "F")}
      </div>
    </div>
  );
}
