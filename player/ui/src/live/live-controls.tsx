// The row below the live picture.

import { Icon, type IconName } from "../parts/icon";
import { useApp } from "../state/app";
import type { LiveCommand } from "./live-keys";

interface LiveControlsProps {
  muted: boolean;
  full: boolean;
  sound: boolean;
  fallback: boolean;
  act: (command: LiveCommand) => void;
}

export function LiveControls({ muted, full, sound, fallback, act }: LiveControlsProps) {
  const { t } = useApp();
  const button = (icon: IconName, label: string, command: LiveCommand, key: string) => (
    <button type="button" class="icon-button" aria-label={label} title={`${label} (${key})`} onClick={() => act(command)}>
      <Icon name={icon} size={19} />
    </button>
  );
  return (
    <div class="controls live-controls">
      {fallback && <span class="quiet">{t.live.fallback}</span>}
      <div class="controls-group controls-right">
        {sound && button(muted ? "muted" : "volume", muted ? t.live.unmute : t.live.mute, { do: "mute" }, "M")}
        {button(full ? "exitFull" : "full", full ? t.live.exitFull : t.live.full, { do: "full" }, "F")}
      </div>
    </div>
  );
}
