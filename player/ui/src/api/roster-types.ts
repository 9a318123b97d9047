// The shift roster, as docs/reference/api.md names it.

import type { Absence, AbsenceKind } from "./absence-types";

/** A shift as somebody said it. */
export interface ShiftSaid {
  officer: string;
  device: string | null;
  unit: string | null;
  start_at: string;
  end_at: string;
}

export type DutyState = "ahead" | "running" | "collecting" | "past" | "enough" | "short";

export interface ShiftFinding {
  key: string;
  kind: AbsenceKind;
  zh: string;
  en: string;
  state: Absence["state"];
}

export interface Shift extends ShiftSaid {
  id: string;
  by: string;
  at: string;
  duty_ms: number;
  expected_ms: number;
  recorded_ms: number;
  missing_ms: number;
  state: DutyState;
  due_at: string;
  recordings: string[];
  finding: ShiftFinding | null;
  others: ShiftFinding[];
  may_change: boolean;
}

export interface ShiftChange {
  shift: ShiftSaid;
  instead: ShiftSaid | null;
  reason: string;
  by: string;
  at: string;
}

export interface Roster {
  percent: number;
  hand_in_h: number;
  shifts: Shift[];
  changes: ShiftChange[];
}

export type Verdict = "new" | "changed" | "same" | "refused";

export interface PlannedLine {
  line: number;
  verdict: Verdict;
  shift: ShiftSaid | null;
  before: ShiftSaid | null;
  zh: string;
  en: string;
}

export interface RosterPlan {
  plan: string;
  form: "csv" | "json";
  encoding: string;
  new: number;
  changed: number;
  same: number;
  refused: number;
  lines: PlannedLine[];
}
