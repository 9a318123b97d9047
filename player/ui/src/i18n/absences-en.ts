// English texts of missing footage. Part of en.ts.

import type { absencesZh } from "./absences-zh";

export const absencesEn: typeof absencesZh = {
  tabs: "Kinds of findings",
  tabCases: "Of cases",
  tabMissing: "Missing footage",
  title: "Missing footage",
  count: (n) => (n === 1 ? "1 finding" : `${n} findings`),
  some: (shown, total) => `The latest ${shown} of ${total}`,
  state: "State",
  states: { open: "Not explained", waiting: "Waiting for approval", rejected: "Explanation sent back", answered: "Explained and approved" },
  all: "All",
  empty: "No footage is missing",
  emptyWhy: "Of the devices that you may see, file numbers are complete, every file that was seen is taken in, and recordings end cleanly and were docked in time.",
  kinds: {
    "number-hole": "Numbers missing",
    "file-missed": "File gone",
    "cut-off": "No clean end",
    "late-hand-in": "Docked late",
  },
  device: (name) => `Device ${name}`,
  noDevice: "Device unknown",
  officer: (name) => `Officer ${name}`,
  known: (at) => `Known since ${at}`,
  trouble: (why) => `Not taken in then: ${why}`,
  attach: "Attach a document",
  attachHint: "PDF, JPEG, PNG or DOCX up to 20 MB, until somebody decides",
  kilobytes: (n) => `${n} kB`,
  see: "See the recording",
  unrecorded: (room, at) => `An activity that must be recorded goes on in ${room} and nothing is recorded (since ${at})`,
  unrecordedHere: "Must be recorded and is not",
  toRoom: "Go to the room",
  live: {
    recorded: "Going on; the room is recording",
    unrecorded: "Going on; the room is not recording",
    field: "Going on, in no room that is recorded here: whether body cameras record is not known before they are docked",
  },
  attention: (n) => (n === 1 ? "1 is overdue or needs somebody now" : `${n} are overdue or need somebody now`),
  attentionSoon: (n) => (n === 1 ? "1 is due soon" : `${n} are due soon`),
  due: {
    "in-time": (at) => `Due by ${at}`,
    soon: (at) => `Due soon: ${at}`,
    overdue: (at) => `Overdue since ${at}`,
  },
  steps: {
    reminder: "Reminded",
    supervisor: "Brought before the supervisor",
    legal: "Brought before the legal office",
    oversight: "Brought before oversight",
  },
  explainWhy: "Another person approves it or sends it back. It is kept with the finding and cannot be deleted. A file that is docked after all ends the finding.",
};
