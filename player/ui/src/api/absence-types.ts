// Missing footage, as docs/reference/api.md names it.

import type { Attached, Deadline } from "./attention-types";
import type { Cause } from "./case-types";

export type AbsenceKind = "number-hole" | "file-missed" | "cut-off" | "late-hand-in" | "duty-unrecorded";

export interface AbsenceExplanation {
  id: string;
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

/** `units`: of all that the account may know of. */
export interface Absences {
  absences: Absence[];
  total: number;
  units: string[];
}

export interface Absence extends Deadline {
  key: string;
  kind: AbsenceKind;
  device: string | null;
  officer: string | null;
  unit: string | null;
  about: string;
  start_at: string | null;
  end_at: string | null;
  known_at: string;
  zh: string;
  en: string;
  trouble: string;
  state: "open" | "waiting" | "rejected" | "answered";
  may_explain: boolean;
  recordings: string[];
  explanations: AbsenceExplanation[];
}
