// The only module that calls fetch. Every call answers with a tagged union; nothing here throws.
// It keeps the session's CSRF token and the difference between the server's clock and this machine's. A session that
// ends in mid-work holds up what was asked until somebody signs in again: a question is then asked once more, what
// would change something is not, since nobody knows how much later that is.

import type { Attention } from "./attention-types";
import type { Absences } from "./absence-types";
import type { DraftSteps, ItemsDraft, ItemsHistory, OneList } from "./item-types";
import type { Alarm, RecordingNote, Room, Sitting, SittingDetail, StartSitting } from "./room-types";
import type { DeviceClock, RecordingClock, SlateCode } from "./clock-types";
import type {
  ActivityWords,
  Case,
  CaseDetail,
  CaseWords,
  Cause,
  ClipWords,
  InboxFinding,
  Items,
} from "./case-types";
import type { HandoverWords, Outcome } from "./handover-types";
import type { Chosen, Compliance } from "./oversight-types";
import type { Roster, RosterPlan, ShiftSaid } from "./roster-types";
import type { Sample, SampleDetail, SampleResult, SampleWords } from "./sample-types";
import type {
  CaseRetention,
  Change,
  Destruction,
  Expiring,
  Hold,
  HoldWords,
  Kept,
  Retention,
  Simulated,
  WantedChange,
} from "./retention-types";
import type {
  Attempt,
  Bay,
  Facets,
  Job,
  Recording,
  RecordingDetail,
  Refusal,
  RenderedSpan,
  Seal,
  Segment,
  Session,
  Site,
  Viewing,
  ViewingDetail,
  ViewingRequest,
  ViewingSummary,
} from "./types";

export interface ApiError {
  status: number; // 0: the daemon could not be reached
  code: string;
  message: string;
  remedy: string | null;
  retryAfterS: number | null;
  findings: { zh: string; en: string }[]; // what keeps a case from being closed
}

export type Answer<T> = { ok: true; value: T } | { ok: false; error: ApiError };

const BASE = "/api/v1";

export type Query = Record<string, string | number | undefined | null>;

export function queryText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
}

/** The same, but an empty value is one: the unit without a name, the cause that nobody gave. */
function exactText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()}`;
}

function failure(status: number, code: string, message: string): ApiError {
  return { status, code, message, remedy: null, retryAfterS: null, findings: [] };
}

async function readError(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get("Retry-After"));
  const retryAfterS = Number.isFinite(after) && after > 0 ? after : null;
  try {
    const body = (await response.json()) as { error?: Partial<ApiError> };
    return {
      status: response.status,
      code: body.error?.code ?? "error",
      message: body.error?.message ?? response.statusText,
      remedy: body.error?.remedy ?? null,
      retryAfterS,
      findings: body.error?.findings ?? [],
    };
  } catch {
    return { ...failure(response.status, "error", response.statusText), retryAfterS };
  }
}

/** What the client needs from its surroundings; tests give their own. */
export interface Surroundings {
  fetch: typeof fetch;
  now: () => number;
  beacon: (url: string, body: Blob) => boolean;
}

export class Client {
  #csrf = "";
  #skewMs = 0;
  #reachable = true;
  #signedOut: () => void = () => undefined;
  #reached: (reachable: boolean) => void = () => undefined;
  #waiting: ((again: boolean) => void)[] = []; // for somebody to sign in again

  constructor(private readonly at: Surroundings) {}

  /** Called when an answer says that the session is over. */
  onSignedOut(listener: () => void): void {
    this.#signedOut = listener;
  }

  /** Called when the server can no longer be reached, and when it can again. */
  onReach(listener: (reachable: boolean) => void): void {
    this.#reached = listener;
  }

  /** Whoever signed in again is (not) the one whose session ended: what was held up goes on (or is given up). */
  goOn(again: boolean): void {
    for (const tell of this.#waiting.splice(0)) tell(again);
  }

  /** Milliseconds since 1970 by the server's clock, as well as its last answers tell (to the second). */
  serverNow(): number {
    return this.at.now() + this.#skewMs;
  }

  #call<T>(method: string, path: string, body?: unknown, keepalive = false): Promise<Answer<T>> {
    return this.#ask<T>(method, path, async (response) => (response.status === 204 ? undefined : await response.json()) as T, body, keepalive);
  }

  async #ask<T>(method: string, path: string, read: (response: Response) => Promise<T>, body?: unknown, keepalive = false): Promise<Answer<T>> {
    const headers: Record<string, string> = {};
    if (method !== "GET") headers["X-CSRF-Token"] = this.#csrf;
    const file = body instanceof Blob ? body : null;
    if (body !== undefined) headers["Content-Type"] = file ? file.type : "application/json";
    let response: Response;
    try {
      response = await this.at.fetch(BASE + path, {
        method,
        headers,
        credentials: "same-origin",
        cache: "no-store",
        keepalive,
        ...(body === undefined ? {} : { body: file ?? JSON.stringify(body) }),
      });
    } catch {
      this.#tellReach(false);
      return { ok: false, error: failure(0, "unreachable", "The daemon cannot be reached.") };
    }
    this.#tellReach(true);
    this.#learnClock(response);
    if (!response.ok) {
      const error = await readError(response);
      return response.status === 401 && path !== "/session" ? this.#ended(error, method, path, read, keepalive) : { ok: false, error };
    }
    try {
      return { ok: true, value: await read(response) };
    } catch {
      return { ok: false, error: failure(response.status, "unreadable", "The answer could not be read.") };
    }
  }

  /** The session is over. Where there was one, the answer waits until it is known who signs in next. */
  async #ended<T>(error: ApiError, method: string, path: string, read: (response: Response) => Promise<T>, keepalive: boolean): Promise<Answer<T>> {
    const had = this.#csrf !== "";
    this.#signedOut();
    if (!had || keepalive) return { ok: false, error };
    const again = await new Promise<boolean>((tell) => this.#waiting.push(tell));
    if (!again) return { ok: false, error };
    return method === "GET" ? this.#ask<T>(method, path, read) : { ok: false, error: { ...error, code: "signed-in-again" } };
  }

  #tellReach(reachable: boolean): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    this.#reached(reachable);
  }

  #learnClock(response: Response): void {
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isFinite(date)) this.#skewMs = date - this.at.now();
  }

  async #session(call: Promise<Answer<Session>>): Promise<Answer<Session>> {
    const answer = await call;
    if (answer.ok) this.#csrf = answer.value.csrf;
    return answer;
  }

  site = () => this.#call<Site>("GET", "/site");
  session = () => this.#session(this.#call<Session>("GET", "/session"));
  signIn = (account: string, password: string) =>
    this.#session(this.#call<Session>("POST", "/session", { account, password }));
  signOut = async (): Promise<Answer<void>> => {
    const answer = await this.#call<void>("DELETE", "/session");
    // What is still under way ends with a 401 that nobody has to be told of.
    if (answer.ok || answer.error.status === 401) this.#csrf = "";
    return answer;
  };
  changePassword = (old: string, fresh: string) => this.#call<void>("POST", "/session/password", { old, new: fresh });

  bays = () => this.#call<{ bays: Bay[] }>("GET", "/bays");
  attempts = (bay: string, query: Query) =>
    this.#call<{ attempts: Attempt[]; next: string | null }>(
      "GET",
      `/bays/${encodeURIComponent(bay)}/attempts${queryText(query)}`,
    );

  recordings = (query: Query) =>
    this.#call<{ recordings: Recording[]; next: string | null; total: number | null }>(
      "GET",
      `/recordings${queryText(query)}`,
    );
  facets = () => this.#call<Facets>("GET", "/facets");
  recording = (id: string) => this.#call<RecordingDetail>("GET", `/recordings/${encodeURIComponent(id)}`);
  segments = (id: string) =>
    this.#call<{ segments: Segment[] }>("GET", `/recordings/${encodeURIComponent(id)}/segments`);
  seal = (id: string) => this.#call<Seal>("GET", `/recordings/${encodeURIComponent(id)}/seal`);
  readAgain = (id: string) => this.#call<{ check: Job }>("POST", `/recordings/${encodeURIComponent(id)}/seal/check`, {});
  viewingsOf = (id: string) =>
    this.#call<{ viewings: ViewingSummary[] }>("GET", `/recordings/${encodeURIComponent(id)}/viewings`);
  /** Have a copy made again that could not be made. */
  askAgain = (recording: string, kind: Job["kind"]) =>
    this.#call<void>("POST", `/recordings/${encodeURIComponent(recording)}/renditions/${kind}`, {});
  jobs = (recording: string) => this.#call<{ jobs: Job[] }>("GET", `/jobs${queryText({ recording })}`);

  openViewing = (request: ViewingRequest) => this.#call<Viewing>("POST", "/viewings", request);
  renewViewing = (id: string) => this.#call<Viewing>("POST", `/viewings/${id}/renew`, {});
  /** `recording`: in a live viewing, which of those that were handed out. */
  reportRendered = (id: string, spans: RenderedSpan[], playhead_ms: number, recording?: string) =>
    this.#call<{ undelivered_ms: number }>("POST", `/viewings/${id}/rendered`, {
      spans,
      playhead_ms,
      ...(recording ? { recording } : {}),
    });
  closeViewing = (id: string, spans: RenderedSpan[]) =>
    this.#call<void>("POST", `/viewings/${id}/close`, { spans }, true);

  /** The page is going away: the last spans travel with the closing, the CSRF token in the body. */
  closeByBeacon(id: string, spans: RenderedSpan[]): boolean {
    const body = new Blob([JSON.stringify({ spans, csrf: this.#csrf })], { type: "application/json" });
    return this.at.beacon(`${BASE}/viewings/${id}/close`, body);
  }

  rooms = () => this.#call<{ rooms: Room[] }>("GET", "/rooms");
  room = (name: string) => this.#call<{ room: Room }>("GET", `/rooms/${encodeURIComponent(name)}`);
  startSitting = (room: string, asked: StartSitting) =>
    this.#call<SittingDetail>("POST", `/rooms/${encodeURIComponent(room)}/sittings`, asked);
  sittings = (query: Query) => this.#call<{ sittings: Sitting[]; next: string | null }>("GET", `/sittings${queryText(query)}`);
  sitting = (id: string) => this.#call<SittingDetail>("GET", `/sittings/${encodeURIComponent(id)}`);
  markSitting = (id: string, label: string) => this.#call<SittingDetail>("POST", `/sittings/${id}/marks`, { label });
  noteSitting = (id: string, text: string, at: string) => this.#call<SittingDetail>("POST", `/sittings/${id}/notes`, { text, at });
  endSitting = (id: string) => this.#call<SittingDetail>("POST", `/sittings/${id}/end`, {});
  receiptUrl = (id: string) => `${BASE}/sittings/${id}/receipt.pdf`;
  alarms = (query: Query) => this.#call<{ alarms: Alarm[] }>("GET", `/alarms${queryText(query)}`);
  acknowledge = (id: string, note: string) => this.#call<Alarm>("POST", `/alarms/${id}/acknowledge`, { note });
  sealAgain = (room: string, recording: string) =>
    this.#call<{ room: Room }>("POST", `/rooms/${encodeURIComponent(room)}/unsealed/${encodeURIComponent(recording)}`);
  notesOf = (recording: string) => this.#call<{ notes: RecordingNote[] }>("GET", `/recordings/${encodeURIComponent(recording)}/notes`);

  viewingLog = (query: Query) =>
    this.#call<{ viewings: ViewingSummary[]; refusals: Refusal[]; next: string | null }>(
      "GET",
      `/viewing-log${queryText(query)}`,
    );
  viewingDetail = (id: string) => this.#call<ViewingDetail>("GET", `/viewing-log/${encodeURIComponent(id)}`);

  items = () => this.#call<Items>("GET", "/items");
  itemsHistory = () => this.#call<ItemsHistory>("GET", "/items/history");
  itemList = (digest: string) => this.#call<OneList>("GET", `/items/lists/${digest}`);
  draftList = (text: string, steps: DraftSteps) => this.#call<ItemsDraft>("POST", "/items/draft", { text, ...steps });
  proposeList = (text: string, note: string, from_at: string | null) =>
    this.#call<{ id: string }>("POST", "/items/proposals", { text, note, from_at });
  decideList = (id: string, approved: boolean, note: string) =>
    this.#call<void>("POST", `/items/proposals/${id}/decision`, { approved, note });
  cases = (query: Query) => this.#call<{ cases: Case[]; next: string | null }>("GET", `/cases${queryText(query)}`);
  findings = (query: Query) =>
    this.#call<{ findings: InboxFinding[]; next: string | null }>("GET", `/findings${queryText(query)}`);
  case = (id: string) => this.#call<CaseDetail>("GET", `/cases/${encodeURIComponent(id)}`);
  openCase = (words: CaseWords) => this.#call<CaseDetail>("POST", "/cases", words);
  changeCase = (id: string, words: CaseWords) => this.#call<CaseDetail>("POST", `/cases/${id}`, words);
  saveActivity = (id: string, activity: string | null, words: ActivityWords) =>
    this.#call<{ id: string }>("POST", `/cases/${id}/activities${activity ? `/${activity}` : ""}`, words);
  withdrawActivity = (id: string, activity: string, reason: string) =>
    this.#call<void>("POST", `/cases/${id}/activities/${activity}/withdraw`, { reason });
  matchFootage = (id: string, activity: string, recording: string, verdict: "confirmed" | "rejected", reason: string) =>
    this.#call<void>("POST", `/cases/${id}/footage`, { activity, recording, verdict, reason });
  markClip = (id: string, words: ClipWords) => this.#call<{ id: string }>("POST", `/cases/${id}/clips`, words);
  withdrawClip = (id: string, clip: string, reason: string) =>
    this.#call<void>("POST", `/cases/${id}/clips/${clip}/withdraw`, { reason });
  explain = (id: string, finding: string, cause: Cause, statement: string) =>
    this.#call<{ id: string }>("POST", `/cases/${id}/explanations`, { finding, cause, statement });
  decide = (id: string, explanation: string, approved: boolean, note: string) =>
    this.#call<void>("POST", `/cases/${id}/explanations/${explanation}/decision`, { approved, note });
  moveCase = (id: string, to: "close" | "archive", note: string) =>
    this.#call<CaseDetail>("POST", `/cases/${id}/${to}`, { note });
  handOver = (id: string, words: HandoverWords) => this.#call<CaseDetail>("POST", `/cases/${id}/handovers`, words);
  endHandover = (id: string, handover: string, outcome: Outcome, number: string, reason: string) =>
    this.#call<CaseDetail>("POST", `/cases/${id}/handovers/${handover}/end`, { outcome, number, reason });
  reopenCase = (id: string, reason: string) => this.#call<CaseDetail>("POST", `/cases/${id}/reopen`, { reason });

  stateEmergency = (id: string, activity: string, emergency: boolean, reason: string) =>
    this.#call<void>("POST", `/cases/${id}/activities/${activity}/emergency`, { emergency, reason });
  makeUp = (id: string, activity: string, approved_at: string, approver: string, number: string) =>
    this.#call<{ id: string }>("POST", `/cases/${id}/activities/${activity}/approval`, { approved_at, approver, number });
  /** Attach a document to one's own explanation, or to an approval. */
  attach = (explanation: string, file: File) =>
    this.#call<{ id: string }>("POST", `/explanations/${explanation}/documents${queryText({ name: file.name })}`, file);
  documentUrl = (explanation: string, document: string) => `${BASE}/explanations/${explanation}/documents/${document}`;
  attention = () => this.#call<Attention>("GET", "/attention");
  absences = (query: Query) => this.#call<Absences>("GET", `/absences${queryText(query)}`);
  explainAbsence = (absence: string, cause: Cause, statement: string) =>
    this.#call<{ id: string }>("POST", "/absences/explanations", { absence, cause, statement });
  decideAbsence = (explanation: string, approved: boolean, note: string) =>
    this.#call<void>("POST", `/absences/explanations/${explanation}/decision`, { approved, note });
  /** Shifts that begin in a stretch of time. */
  roster = (query: Query) => this.#call<Roster>("GET", `/roster${queryText(query)}`);
  enterShifts = (shifts: ShiftSaid[]) => this.#call<void>("POST", "/roster", { shifts });
  correctShift = (id: string, shift: ShiftSaid, reason: string) => this.#call<void>("POST", `/roster/${id}/correct`, { shift, reason });
  withdrawShift = (id: string, reason: string) => this.#call<void>("POST", `/roster/${id}/withdraw`, { reason });
  /** What would become of a roster in a file. Nothing is kept. */
  previewRoster = (file: Blob) => this.#call<RosterPlan>("POST", "/roster/preview", file);
  adoptRoster = (file: Blob, plan: string, without_refused: boolean, reason: string) =>
    this.#call<void>("POST", `/roster/adopt${queryText({ plan, without_refused: String(without_refused), reason })}`, file);
  retention = () => this.#call<Retention>("GET", "/retention");
  expiring = (query: Query) =>
    this.#call<{ recordings: Expiring[]; n_recordings: number; size_bytes: number }>("GET", `/retention/expiring${queryText(query)}`);
  simulate = (wanted: WantedChange) => this.#call<Simulated>("POST", "/retention/simulate", wanted);
  changes = () => this.#call<{ changes: Change[] }>("GET", "/retention/changes");
  proposeChange = (wanted: WantedChange, reason: string) => this.#call<Change>("POST", "/retention/changes", { ...wanted, reason });
  approveChange = (id: string, note: string) => this.#call<Change>("POST", `/retention/changes/${id}/approve`, { note });
  cancelChange = (id: string, reason: string) => this.#call<Change>("POST", `/retention/changes/${id}/cancel`, { reason });
  confirmClock = (note: string) => this.#call<Retention["clock"]>("POST", "/retention/clock", { note });
  holds = () => this.#call<{ holds: Hold[] }>("GET", "/holds");
  setHold = (words: HoldWords) => this.#call<Hold>("POST", "/holds", words);
  liftHold = (id: string, reason: string) => this.#call<Hold>("POST", `/holds/${id}/lift`, { reason });
  destructions = () => this.#call<{ destructions: Destruction[] }>("GET", "/destructions");
  requestDestruction = (recordings: string[], reason: string) =>
    this.#call<Destruction>("POST", "/destructions", { recordings, reason });
  approveDestruction = (id: string, note: string) => this.#call<Destruction>("POST", `/destructions/${id}/approve`, { note });
  cancelDestruction = (id: string, reason: string) =>
    this.#call<Destruction>("POST", `/destructions/${id}/cancel`, { reason });
  certificateUrl = (id: string) => `${BASE}/destructions/${id}/certificate.pdf`;
  keptOf = (recording: string) => this.#call<Kept>("GET", `/recordings/${encodeURIComponent(recording)}/retention`);
  caseRetention = (id: string) => this.#call<CaseRetention>("GET", `/cases/${id}/retention`);
  compliance = (query: Query) => this.#call<Compliance>("GET", `/compliance${exactText(query)}`);
  complianceList = (query: Query) =>
    this.#call<{ rows: Chosen[]; total: number; next: string | null }>("GET", `/compliance/list${exactText(query)}`);
  complianceCsvUrl = (what: "figures" | "list", query: Query) => `${BASE}/compliance/${what}.csv${exactText(query)}`;

  samples = (query: Query) => this.#call<{ samples: Sample[]; next: string | null }>("GET", `/samples${queryText(query)}`);
  samplePopulation = (query: Query) => this.#call<{ n: number }>("GET", `/sample-population${queryText(query)}`);
  sample = (id: string) => this.#call<SampleDetail>("GET", `/samples/${encodeURIComponent(id)}`);
  commitSample = (words: SampleWords) => this.#call<SampleDetail>("POST", "/samples", words);
  drawSample = (id: string, word: string) => this.#call<SampleDetail>("POST", `/samples/${id}/draw`, { word });
  abandonSample = (id: string, reason: string) => this.#call<SampleDetail>("POST", `/samples/${id}/abandon`, { reason });
  reviewSample = (id: string, item: string, result: SampleResult, words: string) =>
    this.#call<SampleDetail>("POST", `/samples/${id}/reviews`, { item, result, words });
  samplePopulationUrl = (id: string) => `${BASE}/samples/${encodeURIComponent(id)}/population`;
  clocks = () => this.#call<{ clocks: DeviceClock[] }>("GET", "/clocks");
  recordingClock = (id: string) => this.#call<RecordingClock>("GET", `/recordings/${encodeURIComponent(id)}/clock`);
  /** The server's signed time as it is now, as a code to be filmed. */
  /** With the promise of how soon the code will be drawn, and how soon it usually is. */
  slate = (caseNumber: string, pledge: { withinMs: number; lagMs: number }) =>
    this.#call<SlateCode>("GET", `/slate${queryText({ case: caseNumber, within_ms: pledge.withinMs, lag_ms: pledge.lagMs })}`);

  /** `atMs`: the still at or before that time of the recording; without it one from its middle. */
  thumbnailUrl = (viewing: string, recording: string, atMs?: number) =>
    `${BASE}/viewings/${viewing}/thumbnails/${recording}.jpg${queryText({ at_ms: atMs })}`;
  /** A photo or thumbnail; unlike an element that fails, its error says why. */
  picture = (url: string) => this.#ask("GET", url.startsWith(BASE) ? url.slice(BASE.length) : url, (response) => response.blob());
  checkpointUrl = () => `${BASE}/ledger/checkpoint`;
  entryUrl = (index: number) => `${BASE}/ledger/entries/${index}`;
}

export const api = new Client({
  fetch: (...args) => fetch(...args),
  now: () => Date.now(),
  beacon: (url, body) => navigator.sendBeacon(url, body),
});
