// The nouns of rooms, sittings and alarms (docs/reference/api.md). Nothing here has behaviour.

import type { SpanPair } from "./types";

export type ChannelState = "offline" | "connecting" | "ready" | "recording" | "trouble";
export type AlarmKind = "lost" | "not-recording" | "black" | "frozen" | "silent";
export type SittingKind = "inquiry" | "interrogation" | "hearing" | "statement" | "identification" | "mediation" | "other";
export type PersonRole = "officer" | "recorder" | "party" | "interpreter" | "guardian" | "lawyer" | "witness" | "other";

export interface RoomChannel {
  id: string; // "room/channel"
  title: string;
  view: "front" | "whole" | "backup";
  required: boolean;
  state: ChannelState;
  since: string;
  code: string;
  reason: string; // "" if all is well
  recording: string | null;
  codecs: string[];
  width: number;
  height: number;
}

export interface RunningAlarm {
  id: string;
  room: string;
  channel: string;
  sitting: string | null;
  kind: AlarmKind;
  since_at: string;
  detail: string;
  raised_at: string;
  cleared_at: string | null;
  acknowledged_by: string | null;
}

export interface UnsealedRecording {
  recording: string;
  room: string;
  channel: string;
  since: string;
  code: string;
  reason: string;
  again: boolean; // waits for something, and is tried again by itself
}

export interface Room {
  name: string;
  title: string;
  unit: string | null;
  mode: "always" | "sittings";
  must_record: boolean;
  recorded: boolean;
  sitting: { id: string; kind: SittingKind; must_record: boolean; started_at: string } | null;
  channels: RoomChannel[];
  alarms: RunningAlarm[];
  unsealed: UnsealedRecording[];
  unrecorded: { id: string; case: string; since_at: string; detail: string }[]; // going on here, unrecorded
}

export interface Level {
  channel: string;
  rms_db: number;
  peak_db: number;
}

export interface Levels {
  room: string;
  levels: Level[];
}

export interface Person {
  name: string;
  role: PersonRole;
}

export interface StartSitting {
  kind: SittingKind;
  case?: string;
  activity: string;
  people: Person[];
  must_record: boolean;
}

export interface Sitting {
  id: string;
  room: string;
  room_title: string;
  unit: string | null;
  kind: SittingKind;
  case: string | null;
  activity: string;
  people: Person[];
  must_record: boolean;
  by: string;
  display_name: string;
  started_at: string;
  ended_at: string | null;
  ended_reason: string | null;
  ended_name: string | null;
  receipt: boolean;
}

export interface SittingNote {
  entry: number;
  kind: "mark" | "note";
  on_at: string;
  at_ms: number; // from the sitting's begin
  text: string;
  by: string;
  display_name: string;
  at: string;
}

export interface RecordingNote extends SittingNote {
  sitting: string;
  recording_ms: number;
}

export interface SittingGap {
  start_ms: number;
  end_ms: number;
  reason: string;
  detail: string;
}

export interface SittingRecording {
  id: string;
  start_ms: number;
  end_ms: number;
  sealed: boolean;
  unsealed: string; // why it could not be sealed; "" if that was not found
}

export interface SittingChannel {
  id: string;
  title: string;
  required: boolean;
  covered: SpanPair[];
  gaps: SittingGap[];
  recordings: SittingRecording[];
}

export interface SittingEvent {
  channel: string;
  kind: string;
  from_at: string;
  until_at: string | null;
  reason: string;
  detail: string;
}

export interface Alarm extends RunningAlarm {
  cleared_reason: string | null;
  acknowledged_at: string | null;
  acknowledged_name: string | null;
  acknowledged_note: string | null;
}

export interface SittingDetail extends Sitting {
  channels: SittingChannel[];
  events: SittingEvent[];
  notes: SittingNote[];
  alarms: Alarm[];
  entry: number;
  ended_entry: number | null;
  digest: string | null;
  receipt_entry: number | null;
}
