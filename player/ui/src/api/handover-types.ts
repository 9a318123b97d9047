// How a case ends, in the HTTP API (docs/reference/api.md). Times: RFC 3339 UTC.

export type AuthorityKind = "police" | "supervision" | "procuratorate" | "court" | "administration";
export type Outcome = "returned" | "settled";

export interface HandoverWords {
  to: { kind: AuthorityKind; name: string };
  number: string;
  approver: string;
  note: string;
}

export interface Handover extends HandoverWords {
  id: string;
  recordings: string[];
  destroyed: string[]; // before it was handed over
  clips: string[];
  by: string;
  at: string;
  ending: { outcome: Outcome; number: string; reason: string; by: string; at: string } | null; // null: nothing came back yet
}

export interface Belongings {
  recordings: string[];
  destroyed: string[];
  clips: string[];
}

export interface Move {
  move: "opened" | "closed" | "archived" | "reopened" | "handed-over" | "returned" | "settled";
  by: string;
  at: string;
  note: string;
  to: string | null;
  entry: number;
}
