// The nouns of random samples in the HTTP API (docs/reference/api.md). Times: RFC 3339 UTC, periods half-open.

export type SampleOf = "recordings" | "activities";
export type SampleResult = "in-order" | "flaw";

export interface Sample {
  id: string;
  title: string;
  of: SampleOf;
  unit: string | null;
  from_at: string;
  to_at: string;
  items: string[];
  n_population: number;
  size: number;
  permille: number | null;
  state: "committed" | "drawn" | "abandoned";
  at: string;
  by: string;
  display_name: string;
  drawn_at: string | null;
  drawn_by: string | null;
  abandoned_at: string | null;
  abandoned_by: string | null;
  reason: string | null;
  n_reviewed: number;
  n_flaws: number;
  earlier: number;
}

export interface SampleReview {
  result: SampleResult;
  words: string;
  duration_ms: number;
  delivered_ms: number;
  rendered_ms: number;
  by: string;
  display_name: string;
  at: string;
}

export interface DrawnItem {
  n: number;
  item: string;
  case: string | null;
  case_number: string | null;
  case_title: string | null;
  activity_item: string | null;
  place: string | null;
  started_at: string | null;
  recordings: { id: string; name: string; officer: string | null; device: string | null; started_at: string; duration_ms: number }[];
  duration_ms: number;
  watched: { account: string; delivered_ms: number; rendered_ms: number }[];
  reviews: SampleReview[]; // oldest first; the last stands
  may_review: boolean;
}

export interface SampleDetail extends Sample {
  population: string;
  root: string;
  nonce_digest: string;
  word_digest: string;
  nonce: string | null;
  word: string | null;
  seed: string | null;
  entry: number;
  leaf_hash: string;
  drawn_entry: number | null;
  checkpoint: string;
  drawn: DrawnItem[];
  duration_ms: number;
  delivered_ms: number;
  may_commit: boolean;
  sampling_purpose: boolean;
}

export interface SampleWords {
  title: string;
  of: SampleOf;
  from_at: string;
  to_at: string;
  unit?: string;
  items: string[];
  size?: number;
  permille?: number;
  word_digest: string;
}
