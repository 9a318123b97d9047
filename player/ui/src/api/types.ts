// The nouns of the HTTP API (docs/reference/api.md). Times: RFC 3339 UTC. Media times: whole milliseconds
// from the recording's first picture. Nothing here has behaviour.

export type Action =
  | "dock.read"
  | "recording.list"
  | "recording.read"
  | "viewing.open"
  | "viewing.read"
  | "seal.read"
  | "ledger.read"
  | "job.read"
  | "rendition.ask"
  | "metrics.read"
  | "viewing.live"
  | "room.read"
  | "sitting.read"
  | "sitting.run"
  | "sitting.note"
  | "alarm.ack"
  | "case.open"
  | "case.read"
  | "case.change"
  | "case.close"
  | "case.reopen"
  | "case.hand-over"
  | "finding.explain"
  | "finding.approve"
  | "absence.read"
  | "absence.explain"
  | "absence.approve"
  | "roster.read"
  | "roster.change"
  | "time.correct"
  | "retention.read"
  | "retention.propose"
  | "retention.approve"
  | "retention.cancel"
  | "hold.set"
  | "hold.lift"
  | "destruction.request"
  | "destruction.approve"
  | "destruction.cancel"
  | "site-clock.confirm"
  | "items.propose"
  | "items.approve"
  | "compliance.read"
  | "sample.read"
  | "sample.commit"
  | "sample.review";

export interface Purpose {
  code: string;
  zh: string;
  en: string;
  roles: readonly string[]; // limited to these; empty: to nobody in particular
}

/** Why footage is asked for. */
export interface StatedPurpose {
  purpose: string;
  note: string;
  case?: string;
}

export interface Site {
  name: string;
  version: string;
  timezone: string; // IANA name
  languages: string[];
  purposes: Purpose[];
}

export interface Session {
  account: string;
  display_name: string;
  roles: string[];
  unit: string | null;
  csrf: string;
  expires_at: string;
  may: string[];
}

export type BayState = "absent" | "empty" | "waiting" | "copying" | "sealing" | "safe" | "attention";

export interface Bay {
  name: string;
  label: string;
  path: string;
  state: BayState;
  present: boolean;
  reason: string | null;
  files_total: number;
  files_done: number;
  files_failed: number;
  bytes_total: number;
  bytes_done: number;
  bytes_per_s: number | null;
  seconds_left: number | null;
  current: string | null;
  since: string | null;
  last_finished_at: string | null;
}

export type AttemptState =
  | "waiting"
  | "copying"
  | "keeping"
  | "indexing"
  | "sealing"
  | "sealed"
  | "clearing"
  | "duplicate"
  | "refused"
  | "failed"
  | "destroyed";

export interface Attempt {
  id: number;
  bay: string;
  path: string;
  size_bytes: number;
  state: AttemptState;
  code: string | null;
  reason: string | null;
  recording: string | null;
  copied_bytes: number;
  tries: number;
  first_seen_at: string;
  updated_at: string;
}

export type Kind = "video" | "audio" | "photo" | "other";
export type Playback = "direct" | "packaged" | "copy" | "image" | "none";
export type ViewingCopy = null | "made" | "failed" | "pending";

export interface Recording {
  id: string;
  name: string;
  kind: Kind;
  playback: Playback;
  playback_reason: string | null;
  ready: boolean; // can be played now
  device: string | null;
  officer: string | null;
  unit: string | null;
  bay: string;
  sequence: number | null;
  key_mark: boolean;
  started_at: string;
  started_at_origin: string;
  received_at: string;
  duration_ms: number;
  size_bytes: number;
  width: number;
  height: number;
  video_codec: string;
  audio_codec: string;
  n_segments: number;
  n_warnings: number;
  thumbnails: boolean;
  viewing_copy: ViewingCopy;
  slate: "accepted" | "refused" | null; // what became of a time slate in it
  destroyed_at: string | null;
}

export interface TimeSource {
  origin: string;
  value: string;
  note: string;
}

export interface Track {
  number: number;
  kind: "video" | "audio" | "data";
  codec: string;
  codec_string: string;
  timescale: number;
  n_au: number;
  duration_ticks: number;
  width?: number;
  height?: number;
  rotation_deg?: number;
  sample_rate?: number;
  channels?: number;
  language?: string;
}

export interface Sidecar {
  name: string;
  kind: string;
  size_bytes: number;
}

export interface SourceSeen {
  bay: string;
  path: string;
  mtime: string;
  seen_at: string;
  cleared_at: string | null;
}

export interface RecordingDetail extends Recording {
  original: string;
  manifest: string;
  path: string;
  profile: string | null;
  times: TimeSource[];
  origins: Record<string, string>;
  tracks: Track[];
  warnings: string[];
  sidecars: Sidecar[];
  sources: SourceSeen[];
  sealed_at: string;
  entry: number;
}

export interface Segment {
  seq: number;
  start_ms: number;
  end_ms: number;
  statement: string;
}

export interface SealFinding {
  code: string;
  message: string;
  seq?: number | null;
}

export interface Seal {
  recording: string;
  original: string;
  size_bytes: number;
  n_segments: number;
  segments_root: string;
  manifest: string;
  keyid: string;
  signature: string; // "ok", or a word for what is wrong
  entry: number;
  ledger_size: number;
  inclusion: string;
  checkpoint: string;
  sealed_at: string;
  verified_at: string | null; // when the original was last read again
  check: Job | null; // the reading that was asked for last
  findings: SealFinding[];
}

export type Scope = "recording" | "library" | "live";

export interface Viewing {
  id: string;
  scope: Scope;
  recording: string | null;
  channel: string | null; // scope live
  purpose: string;
  expires_at: string;
  media: null | { kind: "hls" | "photo" | "audio" | "live"; url: string };
  detail: RecordingDetail | null;
}

export type SpanPair = [number, number];

export interface ViewingSummary {
  id: string;
  account: string;
  display_name: string;
  roles: string[];
  address: string;
  scope: Scope;
  recording: string | null;
  channel: string | null;
  recording_name: string | null;
  purpose: string;
  note: string;
  case: string | null;
  opened_at: string;
  closed_at: string | null;
  closed_reason: string | null;
  delivered_ms: number;
  rendered_ms: number;
  undelivered_ms: number;
  spans: SpanPair[];
}

export interface Delivery {
  entry: number;
  recording: string;
  item: "segment" | "photo" | "thumbnail" | "live";
  seq: number | null;
  start_ms: number;
  end_ms: number;
  source: "original" | "viewing-copy" | "thumbnails";
  at: string;
}

export interface RenderClaim {
  recording: string;
  start_ms: number;
  end_ms: number;
  rate: number;
  visible: boolean;
  at: string;
}

export interface ViewingDetail extends ViewingSummary {
  deliveries: Delivery[];
  claims: RenderClaim[];
}

export interface Refusal {
  entry: number;
  account: string;
  address: string;
  scope: Scope;
  recording: string | null;
  channel: string | null;
  purpose: string;
  reason: string;
  at: string;
}

export interface Job {
  id: string;
  kind: string;
  recording: string | null;
  state: "queued" | "running" | "done" | "failed";
  progress: number;
  reason: string | null;
  updated_at: string;
}

export interface Facets {
  officers: string[];
  devices: string[];
  units: string[];
  bays: string[];
}

export interface RenderedSpan {
  start_ms: number;
  end_ms: number;
  rate: number;
  visible: boolean;
}

export interface ViewingRequest {
  scope: Scope;
  recording?: string;
  channel?: string;
  purpose: string;
  note: string;
  case?: string;
}
