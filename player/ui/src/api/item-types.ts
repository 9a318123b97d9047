// The nouns of item lists in the HTTP API (docs/reference/api.md).

import type { Items } from "./case-types";

export interface Edition {
  version: string;
  digest: string;
  from_at: string;
  at: string;
  by: string;
  proposal: string | null;
  state: "past" | "in-force" | "coming";
}

export interface Proposal {
  id: string;
  version: string;
  digest: string;
  base: string;
  from_at: string | null;
  note: string;
  by: string;
  at: string;
  state: "waiting" | "approved" | "rejected";
  decided_by: string | null;
  decided_at: string | null;
  decision: string | null;
  lapsed: boolean;
  may_approve: boolean;
}

export interface Drift {
  state: "same" | "older" | "new" | "renamed";
  zh: string;
  en: string;
  text: string;
}

export interface ItemsHistory {
  editions: Edition[];
  proposals: Proposal[];
  file: Drift | null;
}

export interface ItemsChange {
  part: string;
  code: string;
  key: string;
  name_zh: string;
  name_en: string;
  zh: string;
  en: string;
  weaker: boolean;
}

export interface OneList {
  digest: string;
  text: string;
  items: Items;
  changes: ItemsChange[];
  base: string | null;
}

export interface ItemsProblem {
  zh: string;
  en: string;
  line: number | null;
  item: string | null;
  key: string | null;
}

export interface ItemsDraft {
  text: string;
  problems: ItemsProblem[];
  items: Items | null;
  changes: ItemsChange[];
}

export interface ItemsEdit {
  item: string | null;
  key: string;
  value: string | number | boolean | string[] | null;
}

/** What is to become of a drafted text, in this order. */
export interface DraftSteps {
  remove?: string;
  add?: { code: string; copy_of: string | null; values: Record<string, ItemsEdit["value"]> };
  edits?: ItemsEdit[];
}
