// What needs somebody now, as docs/reference/api.md names it.

export interface Unrecorded {
  id: string;
  room: string;
  room_title: string;
  case: string;
  case_number: string;
  case_title: string;
  activity: string;
  since_at: string;
  detail: string;
}

export interface Attention {
  unrecorded: Unrecorded[];
  soon: number;
  overdue: number;
}

/** What somebody attached to an explanation. */
export interface Attached {
  id: string;
  name: string;
  media_type: string;
  size_bytes: number;
}

/** When a finding must be explained or decided; null: it has no deadline, or nobody looked yet. */
export interface Deadline {
  due_at: string | null;
  urgency: "in-time" | "soon" | "overdue" | null;
  step: "reminder" | "supervisor" | "legal" | "oversight" | null;
}
