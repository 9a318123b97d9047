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
}
