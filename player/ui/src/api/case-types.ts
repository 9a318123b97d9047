// The nouns of cases in the HTTP API (docs/reference/api.md). Times: RFC 3339 UTC, spans half-open.

import type { Attached, Deadline } from "./attention-types";
import type { Belongings, Handover, Move } from "./handover-types";

export type CaseState = "open" | "closed" | "handed-over" | "archived";
export type Stage = "start" | "investigation" | "review" | "decision" | "service" | "execution";
export type Span = [string, string];
export type CoverageAnswer = "covered" | "not-covered" | "cannot-be-shown";
export type Cause = "device" | "battery" | "operation" | "weather" | "emergency" | "other";

export interface Named {
  code: string;
  zh: string;
  en: string;
}

export interface Item extends Named {
  basis: string;
  mode: "full" | "key" | "optional" | "text";
  stage: Stage;
  from_zh: string;
  from_en: string;
  until_zh: string;
  until_en: string;
  views: number;
  sound: boolean;
  officers: number;
  moments: string[];
  hand_in_h: number;
  window: string | null;
  explained_by: string[];
  approved_by: string[];
  joint_ms: number;
  pre_event_s: number;
  make_up_h: number;
  long_gap_s: number | null;
  long_gap_approved_by: string[];
  explain_within_h: number;
  approve_within_h: number;
  retention: string | null;
}

export interface Items extends Omit<Named, "code"> {
  version: string;
  items: Item[];
  kinds: (Named & { needs: string[] })[];
  moments: Named[];
  windows: { code: string; start: string; end: string; holidays: boolean }[];
  retention: (Named & { days: number | null })[];
}

export interface Subject {
  kind: "person" | "organisation";
  name: string;
  number: string;
}

export interface Case {
  id: string;
  number: string;
  kind: string;
  title: string;
  stage: Stage;
  subject: Subject;
  unit: string | null;
  officers: string[];
  state: CaseState;
  opened_at: string;
  opened_by: string;
  changed_at: string;
  closed_at: string | null;
  closed_by: string | null;
  items: string | null;
}

export interface Coverage {
  answer: CoverageAnswer;
  share: number;
  shown: Span[];
  missing: Span[];
  doubtful: Span[];
}

export interface Counted {
  recording: string;
  name: string;
  view: string;
  device: string | null;
  officer: string | null;
  start_at: string;
  duration_ms: number;
  uncertainty_ms: number | null;
  time_origin: string;
  picture: Span[];
  sound: Span[];
  received_at: string;
  verdict: "confirmed" | "proposed";
  by: string | null;
}

/** A measure taken at once, whose approval is made up afterwards. */
export interface Emergency {
  reason: string;
  by: string;
  at: string;
  due_at: string | null;
  approval: {
    id: string;
    approved_at: string;
    approver: string;
    number: string;
    by: string;
    at: string;
    state: "waiting";
    documents: Attached[];
  } | null;
}

export interface Activity {
  id: string;
  item: string;
  stage: Stage;
  place: string;
  planned_start: string | null;
  planned_end: string | null;
  started_at: string | null;
  ended_at: string | null;
  officers: string[];
  devices: string[];
  note: string;
  by: string;
  at: string;
  judged_by: string; // version of the item list in force when it began
  asked: Item | null; // its item as that list has it
  picture: Coverage | null;
  views: Coverage | null;
  sound: Coverage | null;
  joints: { view: string; start_at: string; end_at: string; assumed: boolean }[];
  footage: Counted[];
  emergency: Emergency | null;
  live: "recorded" | "unrecorded" | "field" | null; // while it goes on and must be recorded in full
}

export interface Finding extends Deadline {
  key: string;
  kind: string;
  activity: string | null;
  about: string;
  start_at: string | null;
  end_at: string | null;
  certain_ms: number;
  zh: string;
  en: string;
  state: "open" | "waiting" | "rejected" | "answered";
  explainable: boolean;
  may_explain: boolean;
  recordings: string[];
  explanations: string[];
}

export interface Explanation {
  id: string;
  activity: string | null;
  kind: string;
  cause: Cause;
  statement: string;
  by: string;
  at: string;
  state: "waiting" | "approved" | "rejected";
  decided_by: string | null;
  decided_at: string | null;
  decision: string | null;
  may_decide: boolean;
  documents: Attached[];
}

export interface Clip {
  id: string;
  activity: string | null;
  recording: string;
  start_ms: number;
  end_ms: number;
  start_at: string | null;
  moment: string | null;
  note: string;
  by: string;
  at: string;
}

export interface CaseDetail extends Case {
  judged_by: string;
  closable: boolean;
  activities: Activity[];
  findings: Finding[];
  explanations: Explanation[];
  clips: Clip[];
  waiting: { zh: string; en: string }[]; // footage that is still being looked through
  belongings: Belongings; // what would be handed over now
  handovers: Handover[];
  course: Move[];
}

export interface InboxFinding extends Finding {
  case: string;
  case_number: string;
  case_title: string;
  unit: string | null;
}

export interface CaseWords {
  number: string;
  kind: string;
  title: string;
  stage: Stage;
  subject: Subject;
  unit: string | null;
  officers: string[];
  reason?: string;
}

export interface ActivityWords {
  item: string;
  stage: Stage;
  place: string;
  started_at: string | null;
  ended_at: string | null;
  officers: string[];
  devices: string[];
  note: string;
  reason?: string;
}

export interface ClipWords {
  recording: string;
  start_ms: number;
  end_ms: number;
  activity?: string | null;
  moment?: string | null;
  note: string;
}
