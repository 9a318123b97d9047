// The nouns of clocks and time slates in the HTTP API (docs/reference/api.md).

export interface SlateCode {
  at: string; // the server's time, as it was signed
  case: string | null;
  text: string;
  squares: string[]; // rows of "0" (light) and "1" (dark)
  refresh_ms: number; // ask this often
  round_trip_ms: number; // the promise: drawn within this time of asking, or never
  least_promise_ms: number;
  most_promise_ms: number;
  stale_ms: number;
}

export type HowMeasured = "dock" | "gps" | "slate";
export type Believed = "assumed" | "measured" | "between" | "jumped" | "stale" | "refuted";

/** Offsets: what the device says minus the true time, in milliseconds. */
export interface Measurement {
  recording: string;
  how: HowMeasured;
  stated_at: string;
  true_at: string;
  low_ms: number | null;
  high_ms: number | null;
  spread_ms: number | null;
  at: string;
}

export interface ClockJump {
  kind: "backward" | "reset";
  before: string;
  after: string;
  before_at: string;
  after_at: string;
  at: string;
}

export interface DeviceClock {
  device: string;
  n_recordings: number;
  last_received_at: string;
  now: { low_ms: number; high_ms: number | null; believed: Believed };
  latest: Measurement | null;
  set_between: [string, string][];
  measurements: Measurement[];
  jumps: ClockJump[];
}

export interface RecordingClock {
  stated_at: string;
  stated_origin: string;
  start_at: string;
  uncertainty_ms: number | null;
  resolution_ms: number;
  time_origin: string;
  doubted: boolean;
  slate: {
    verdict: string;
    zh: string;
    en: string;
    case: string | null;
    start_ms: number;
    end_ms: number;
    told_at: string | null;
    earliest_at: string | null; // the first picture: no earlier, no later, likely; null unless accepted
    latest_at: string | null;
    best_at: string | null;
  } | null;
}
