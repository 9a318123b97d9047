// The nouns of retention in the HTTP API (docs/reference/api.md). Times: RFC 3339 UTC.

export type HoldOn = "recording" | "case" | "subject" | "device";
export type ChangeOf = "items" | "recordings" | "case";

export interface RetentionClass {
  code: string;
  zh: string;
  en: string;
  days: number | null;
}

export interface Retention {
  version: string;
  classes: RetentionClass[];
  lists: string[];
  counts: { code: string; n_recordings: number; size_bytes: number; n_expired: number; first_until: string | null }[];
  n_recordings: number;
  n_destroyed: number;
  change_days: number;
  destruction_days: number;
  clock: { doubted_at: string | null; now: string };
}

export interface KeptReason {
  because: string;
  zh: string;
  en: string;
  until: string | null;
}

export interface Hold {
  id: string;
  on: HoldOn;
  target: string;
  named: string;
  from_at: string | null;
  until_at: string | null;
  reason: string;
  by: string;
  at: string;
  lifted_by: string | null;
  lifted_at: string | null;
  lifted_reason: string | null;
  may_lift: boolean;
}

export interface HoldWords {
  on: HoldOn;
  target: string;
  reason: string;
  from_at?: string | null;
  until_at?: string | null;
}

export interface Pending {
  destruction: string;
  state: "requested" | "approved";
  by: string;
  at: string;
  due_at: string | null;
  stays: KeptReason | null; // why nothing is destroyed as things stand, whatever was approved
}

export interface Tombstone {
  destruction: string;
  state: "begun" | "done" | "returned";
  reason: string;
  requested_by: string;
  approved_by: string;
  begun_at: string;
  done_at: string | null;
  returned_at: string | null;
  original: string;
  manifest: string;
  begun_entry: number;
  done_entry: number | null;
  certificate: boolean;
}

export interface Kept {
  recording: string;
  until: string | null;
  expired: boolean;
  code: string | null;
  reasons: KeptReason[];
  holds: Hold[];
  pending: Pending | null;
  destroyed: Tombstone[];
}

export interface Expiring {
  id: string;
  name: string;
  kind: string;
  device: string | null;
  officer: string | null;
  unit: string | null;
  started_at: string;
  received_at: string;
  size_bytes: number;
  duration_ms: number;
  until: string | null;
  code: string | null;
  reason: KeptReason;
  pending: string | null;
}

export interface WantedChange {
  of: ChangeOf;
  items?: string;
  recordings?: string[];
  case?: string;
  code?: string;
}

export interface Simulated {
  n_recordings: number;
  n_expired: number;
  n_sooner: number;
  n_later: number;
  by_class: Record<string, number>;
  expired: Expiring[];
}

export interface Change {
  id: string;
  of: ChangeOf;
  items: string | null;
  recordings: string[];
  case: string | null;
  code: string | null;
  n_expired: number;
  n_sooner: number;
  n_later: number;
  reason: string;
  by: string;
  at: string;
  state: "proposed" | "approved" | "cancelled" | "in-force";
  due_at: string | null;
  ended_by: string | null;
  ended_at: string | null;
  ended_reason: string | null;
  approvals: { by: string; at: string; note: string }[];
  may_approve: boolean;
  may_cancel: boolean;
}

export interface DestructionItem {
  recording: string;
  name: string;
  state: "listed" | "spared" | "begun" | "done" | "returned";
  reason: string | null;
  code: string | null;
  expired_at: string | null;
  size_bytes: number | null;
  begun_entry: number | null;
  done_entry: number | null;
  done_at: string | null;
  stays: KeptReason | null; // of what is listed: why it is not destroyed as things stand
}

export interface Destruction {
  id: string;
  reason: string;
  by: string;
  at: string;
  state: "requested" | "approved" | "cancelled" | "done";
  approved_by: string | null;
  approved_at: string | null;
  approved_note: string | null;
  due_at: string | null;
  cancelled_by: string | null;
  cancelled_at: string | null;
  cancelled_reason: string | null;
  certificate: boolean;
  items: DestructionItem[];
  may_approve: boolean;
  may_cancel: boolean;
}

export interface CaseRetention {
  holds: Hold[];
  pending: (Pending & { recordings: string[]; stay: string[] })[]; // `stay`: those that are not destroyed as things stand
  n_recordings: number;
  destroyed: string[];
}
