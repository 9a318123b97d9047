// The row of controls below the timeline.

import { useState } from "preact/hooks";
import { Icon, type IconName } from "../parts/icon";
import { useApp } from "../state/app";
import { clockLength, position } from "../time/format";
import { RATES, type Command } from "./keys";

interface ControlsProps {
  now: { ms: number; paused: boolean; rate: number; volume: number; muted: boolean };
  durationMs: number;
  full: boolean;
  sound: boolean;
  media: HTMLMediaElement | null;
  act: (command: Command) => void;
}

export function Controls({ now, durationMs, full, sound, media, act }: ControlsProps) {
  const { t } = useApp();
  const [keys, setKeys] = useState(false);
  const button = (icon: IconName, label: string, command: Command, key: string, extra = "") => (
    <button type="button" class={`icon-button ${extra}`} aria-label={label} title={`${label} (${key})`} onClick={() => act(command)}>
      <Icon name={icon} size={extra ? 24 : 19} filled={icon === "play"} />
    </button>
  );
  return (
    <div class="controls">
      <div class="controls-group">
        {button("back", t.player.back, { do: "skip", ms: -5000 }, "←")}
        {button("frameBack", t.player.frameBack, { do: "frame", step: -1 }, ",")}
        {button(now.paused ? "play" : "pause", now.paused ? t.player.play : t.player.pause, { do: "toggle" }, "K", "main")}
        {button("frameForward", t.player.frameForward, { do: "frame", step: 1 }, ".")}
        {button("forward", t.player.forward, { do: "skip", ms: 5000 }, "→")}
      </div>
      <span class="controls-time num">
        <b>{position(now.ms)}</b> / {clockLength(durationMs)}
      </span>
      <div class="controls-group controls-right">
        <label class="rate">
          <span class="sr">{t.player.speed}</span>
          <select
            value={String(now.rate)}
            title={`${t.player.speed} (< >)`}
            onChange={(event) => {
              if (media) media.playbackRate = Number(event.currentTarget.value);
            }}
          >
            {RATES.map((rate) => (
              <option key={rate} value={String(rate)}>
                {rate}×
              </option>
            ))}
          </select>
        </label>
        {sound && (
          <>
            {button(now.muted || now.volume === 0 ? "muted" : "volume", now.muted ? t.player.unmute : t.player.mute, { do: "mute" }, "M")}
            <input
              class="volume"
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={now.muted ? 0 : now.volume}
              aria-label={t.player.volume}
              onInput={(event) => {
                if (!media) return;
                media.volume = Number(event.currentTarget.value);
                media.muted = media.volume === 0;
              }}
            />
          </>
        )}
        <button type="button" class="icon-button" aria-expanded={keys} aria-label={t.player.keys} title={t.player.keys} onClick={() => setKeys(!keys)}>
          <Icon name="keyboard" size={19} />
        </button>
        {button(full ? "exitFull" : "full", full ? t.player.exitFull : t.player.full, { do: "full" }, "F")}
      </div>
      {keys && (
        <dl class="keys">
          {t.player.keyList.map(([key, what]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
