// Small parts that wall and room page share: state of a room and its channels, sound level, elapsed time.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { AlarmKind, ChannelState, Level, Room, RunningAlarm } from "../api/room-types";
import { serverText } from "../i18n/server-texts";
import { useApp } from "../state/app";
import { useEvery } from "../state/use";
import { clockLength } from "../time/format";
import { Icon, type IconName } from "./icon";

export type RoomState = "sitting" | "always" | "ready" | "partly" | "down";

export function stateOf(room: Room): RoomState {
  if (room.sitting) return "sitting";
  if (room.recorded) return "always";
  const missing = room.channels.filter((each) => each.state !== "ready" && each.state !== "recording");
  if (missing.length === 0) return "ready";
  const needed = room.must_record && missing.some((each) => each.required);
  return needed || missing.length === room.channels.length ? "down" : "partly";
}

export const CHANNEL_ICONS: Record<ChannelState, IconName> = {
  offline: "unplug",
  connecting: "clock",
  ready: "check",
  recording: "record",
  trouble: "alert",
};

/** Milliseconds since an instant, by the server's clock; ticks. */
export function useElapsed(since: string | null): number {
  const [now, setNow] = useState(() => api.serverNow());
  useEvery(500, () => setNow(api.serverNow()));
  return since ? Math.max(0, now - Date.parse(since)) : 0;
}

export function Elapsed({ since }: { since: string }) {
  const { t } = useApp();
  const ms = useElapsed(since);
  return (
    <span class="elapsed" title={t.rooms.elapsed}>
      <i class="rec-dot" aria-hidden="true" />
      <span class="sr">{t.rooms.elapsed}</span>
      <b>{clockLength(ms)}</b>
    </span>
  );
}

const FLOOR_DB = -60; // what the bar shows as nothing

function share(db: number): number {
  return Math.max(0, Math.min(1, (db - FLOOR_DB) / -FLOOR_DB));
}

export function LevelBar({ level, label }: { level: Level | undefined; label: string }) {
  const { t } = useApp();
  const db = level ? Math.round(level.rms_db) : FLOOR_DB;
  return (
    <div
      class={level ? "level" : "level level-none"}
      role="meter"
      aria-label={`${label} ${t.rooms.sound}`}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={Math.max(FLOOR_DB, Math.min(0, db))}
      aria-valuetext={level ? t.rooms.level(String(db)) : t.rooms.noSound}
      title={level ? t.rooms.level(String(db)) : t.rooms.noSound}
    >
      <i style={{ clipPath: `inset(0 ${(1 - (level ? share(level.rms_db) : 0)) * 100}% 0 0)` }} />
      {level && <b style={{ left: `${share(level.peak_db) * 100}%` }} />}
    </div>
  );
}

export function channelTitle(room: Room, channel: string): string {
  return room.channels.find((each) => each.id === channel)?.title ?? channel;
}

const ALARM_ICONS: Record<AlarmKind, IconName> = {
  lost: "unplug",
  "not-recording": "alert",
  black: "eye",
  frozen: "pause",
  silent: "muted",
};

export function AlarmChip({ alarm, room }: { alarm: RunningAlarm; room: Room }) {
  const { t, language } = useApp();
  return (
    <span class={alarm.acknowledged_by ? "alarm-chip alarm-known" : "alarm-chip"} title={serverText(alarm.detail, language)}>
      <Icon name={ALARM_ICONS[alarm.kind]} size={14} />
      {channelTitle(room, alarm.channel)} · {t.rooms.alarmKinds[alarm.kind]}
    </span>
  );
}
