// The nouns of compliance figures and random samples in the HTTP API (docs/reference/api.md).

export type Grouping = "unit" | "officer" | "device" | "week";
export type Figure =
  | "activities"
  | "running"
  | "in-full"
  | "whole"
  | "not-whole"
  | "bare"
  | "losses"
  | "recordings"
  | "late"
  | "findings"
  | "unexplained"
  | "waiting"
  | "unplaced";

export interface Figures {
  activities: number;
  running: number;
  in_full: number;
  whole: number;
  bare: number;
  required_ms: number;
  shown_ms: number;
  missing_ms: number;
  doubtful_ms: number;
  explained_ms: number;
  coverage: number | null; // null: nothing was required, so there is no rate
  losses: number;
  recordings: number;
  late: number;
  late_share: number | null;
  findings: number;
  unexplained: number;
  waiting: number;
}

export interface Part {
  name: string;
  n: number;
  unexplained: number;
  length_ms: number;
}

export interface Compliance {
  from_at: string;
  to_at: string;
  by: Grouping;
  entries: number;
  items: string;
  pending: number;
  failed: { case: string; reason: string }[];
  unplaced: number;
  total: Figures;
  groups: (Figures & { key: string })[];
  kinds: Part[];
  causes: Part[];
  contents: Part[];
  units: string[];
}

export interface Chosen {
  case: string;
  case_number: string;
  case_title: string;
  unit: string | null;
  activity: string | null;
  item: string | null;
  officers: string[];
  started_at: string | null;
  ended_at: string | null;
  required_ms: number;
  shown_ms: number;
  missing_ms: number;
  doubtful_ms: number;
  kind: string | null;
  zh: string | null;
  en: string | null;
  standing: "open" | "waiting" | "rejected" | "answered" | null;
  cause: string | null;
  recording: string | null;
  device: string | null;
  late: boolean | null;
}
