// Generated data of a believable bureau, for dev/mock.ts.

import type { Attempt, Bay, Recording, RecordingDetail, Refusal, Seal, Segment, ViewingDetail, ViewingSummary } from "../src/api/types";

const T0 = Date.parse("2026-11-24T01:30:00Z");
const at = (minutes: number) => new Date(T0 - minutes * 60000).toISOString();
const hex = (seed: number, length = 64) => Array.from({ length }, (_, n) => ((seed * 31 + n * n * 7 + n * seed) % 16).toString(16)).join("");

export const SITE = {
  name: "清溪县水务局执法站",
  version: "0.1.0",
  timezone: "Asia/Shanghai",
  languages: ["zh", "en"],
  purposes: [
    { code: "case", zh: "办理案件", en: "Handling a case" },
    { code: "review", zh: "法制审核", en: "Legal review" },
    { code: "supervision", zh: "执法监督检查", en: "Supervision" },
    { code: "complaint", zh: "投诉核查", en: "Looking into a complaint" },
    { code: "oversight", zh: "调阅监督", en: "Retrieval oversight" },
    { code: "technical", zh: "设备与画质检查", en: "Checking equipment" },
  ],
};

const READ = ["dock.read", "recording.list", "recording.read", "seal.read", "job.read"];
export const ROLES = {
  supervisor: { account: "supervisor", display_name: "李建国", roles: ["supervisor"], unit: "水政监察大队", may: [...READ, "viewing.open", "viewing.read"] },
  oversight: { account: "oversight", display_name: "周敏", roles: ["oversight"], unit: null, may: [...READ, "viewing.open", "viewing.read", "ledger.read"] },
  custodian: { account: "custodian", display_name: "孙立", roles: ["custodian"], unit: null, may: READ },
  admin: { account: "admin", display_name: "管理员", roles: ["admin"], unit: null, may: ["dock.read", "job.read", "metrics.read"] },
};

const OFFICERS = ["王晓东", "陈静", "刘伟", "赵海峰", "钱丽", "黄志强"];
const UNITS = ["水政监察大队", "河道管理所", "水资源科"];

export const recordings: Recording[] = Array.from({ length: 260 }, (_, n): Recording => {
  const kind = n === 3 ? "photo" : n === 5 ? "audio" : n === 6 ? "other" : n % 23 === 9 ? "photo" : n % 17 === 11 ? "audio" : "video";
  const playback = kind === "photo" ? "image" : kind === "other" ? "none" : n % 7 === 4 ? "copy" : n % 5 === 2 ? "packaged" : "direct";
  const pending = playback === "copy" && n === 4;
  const unknown = n % 29 === 12;
  const started = at(n * 47 + (n % 5) * 3 + 20);
  const stamp = started.replace(/[-:TZ]/g, "").slice(0, 14);
  const device = `DSJ-${100270 + (n % 9)}`;
  return {
    id: `r${String.fromCharCode(97 + (n % 26))}${String(n).padStart(19, "a")}`.replace(/[0189]/g, (d) => "wxyz"["0189".indexOf(d)] ?? "w"),
    name: `${device.slice(4)}_${stamp}_${String(n).padStart(4, "0")}.${kind === "photo" ? "jpg" : kind === "audio" ? "wav" : playback === "packaged" ? "avi" : "mp4"}`,
    kind,
    playback,
    playback_reason: playback === "copy" ? "HEVC is not played by every browser." : playback === "none" ? "The file has no moov box: recording was cut off before it was finished." : null,
    ready: playback !== "none" && !pending,
    device: unknown ? null : device,
    officer: unknown ? null : (OFFICERS[n % OFFICERS.length] ?? null),
    unit: unknown ? null : (UNITS[n % UNITS.length] ?? null),
    bay: `bay${(n % 3) + 1}`,
    sequence: n,
    key_mark: n % 11 === 2 || n === 0,
    started_at: started,
    started_at_origin: unknown ? "receipt" : "file-name",
    received_at: at(n * 47 - 4),
    duration_ms: kind === "photo" || kind === "other" ? 0 : n === 0 ? 120000 : 40000 + ((n * 73311) % 5400000),
    size_bytes: kind === "photo" ? 4200000 + n * 1000 : 210000000 + ((n * 91234567) % 3900000000),
    width: kind === "audio" ? 0 : 1920,
    height: kind === "audio" ? 0 : 1080,
    video_codec: kind === "video" ? (playback === "copy" ? "hevc" : playback === "packaged" ? "mjpeg" : "h264") : "",
    audio_codec: kind === "photo" ? "" : "aac",
    n_segments: kind === "photo" ? 0 : 30,
    n_warnings: n % 13 === 1 ? 2 : 0,
    thumbnails: kind === "video",
    viewing_copy: playback === "copy" ? (pending ? "pending" : "made") : null,
    slate: null,
    destroyed_at: null,
  };
});

export function detailOf(id: string): RecordingDetail | null {
  const recording = recordings.find((each) => each.id === id);
  if (!recording) return null;
  const n = recording.sequence ?? 0;
  return {
    ...recording,
    original: hex(n + 3),
    manifest: hex(n + 5),
    path: `DCIM/100MEDIA/${recording.name}`,
    profile: "dsj-underscore",
    times: [
      { origin: "file-name", value: recording.started_at, note: "" },
      { origin: "container", value: new Date(Date.parse(recording.started_at) + 2000).toISOString(), note: "" },
      { origin: "file-mtime", value: new Date(Date.parse(recording.started_at) + 124000).toISOString(), note: "" },
      { origin: "receipt", value: recording.received_at, note: "" },
    ],
    origins: { officer: "bay", device: "file-name", unit: "bay", sequence: "file-name" },
    tracks: recording.kind === "video" ? [
      { number: 0, kind: "video", codec: "h264", codec_string: "avc1.640028", timescale: 90000, n_au: 3000, duration_ticks: 10800000, width: 1920, height: 1080 },
      { number: 1, kind: "audio", codec: "aac", codec_string: "mp4a.40.2", timescale: 48000, n_au: 5626, duration_ticks: 5760000, sample_rate: 48000, channels: 1 },
    ] : [],
    warnings: recording.n_warnings ? ["The video track starts 66 ms after the audio track.", "The container's clock is 2 s ahead of the file name."] : [],
    sidecars: recording.kind === "video" ? [{ name: recording.name.replace(/\.\w+$/, ".gpx"), kind: "gps", size_bytes: 18211 }] : [],
    sources: [{ bay: recording.bay, path: `DCIM/100MEDIA/${recording.name}`, mtime: recording.received_at, seen_at: recording.received_at, cleared_at: null }],
    sealed_at: recording.received_at,
    entry: 1200 + n,
  };
}

export function segmentsOf(recording: Recording): Segment[] {
  if (recording.n_segments === 0) return [];
  const step = recording.duration_ms / 30;
  const hole = recording.sequence === 1 ? 12 : -1;
  return Array.from({ length: 30 }, (_, seq) => ({ seq, start_ms: Math.round(seq * step), end_ms: Math.round((seq + 1) * step), statement: hex(seq) })).filter(({ seq }) => seq !== hole);
}

export const SEAL = (detail: RecordingDetail): Seal => ({
  recording: detail.id,
  original: detail.original,
  size_bytes: detail.size_bytes,
  n_segments: detail.n_segments,
  segments_root: hex(9),
  manifest: detail.manifest,
  keyid: hex(2, 16),
  signature: "ok",
  entry: detail.entry,
  ledger_size: 48211,
  inclusion: "ok",
  checkpoint: "qingxi.example/mediad\n48211\nq3Vd0mJqk2b0YtK2nC3m5N0o4zX0c4Zb3hVwM1l8cXk=\n\n— qingxi.example/mediad Zk9sQ0JhU2l4dGVlbkJ5dGVzT2ZTaWduYXR1cmU=\n",
  sealed_at: detail.sealed_at,
  verified_at: null,
  check: null,
  findings: detail.sequence === 1 ? [{ code: "segment-missing", message: "Segment 12 is not what was sealed.", seq: 13 }] : [],
});

const bay = (name: string, label: string, state: Bay["state"], more: Partial<Bay> = {}): Bay => ({
  name, label, path: `/srv/docks/${name}`, state, present: state !== "absent", reason: null, files_total: 0, files_done: 0,
  files_failed: 0, bytes_total: 0, bytes_done: 0, bytes_per_s: null, seconds_left: null, current: null, since: at(6),
  last_finished_at: at(190), ...more,
});

export function baysAt(now: number): Bay[] {
  const share = ((now / 1000) % 60) / 60;
  const total = 8.2e9;
  return [
    bay("bay1", "1 号口", "safe", { files_total: 41, files_done: 41, bytes_total: 12.4e9, bytes_done: 12.4e9, last_finished_at: at(3) }),
    bay("bay2", "2 号口", "copying", { files_total: 28, files_done: Math.floor(share * 28), bytes_total: total, bytes_done: share * total, bytes_per_s: 137e6, seconds_left: (1 - share) * 60, current: "DCIM/100MEDIA/100271_20261124083512_0007.mp4" }),
    bay("bay3", "3 号口", "attention", { files_total: 12, files_done: 11, files_failed: 1, bytes_total: 3.1e9, bytes_done: 2.9e9, reason: "The device file could not be read: input/output error." }),
    bay("bay4", "4 号口", "sealing", { files_total: 6, files_done: 5, bytes_total: 1.4e9, bytes_done: 1.4e9, current: "DCIM/100MEDIA/100274_20261124081102_0002.mp4" }),
    bay("bay5", "5 号口", "waiting", { files_total: 2, bytes_total: 3.2e8 }),
    bay("bay6", "6 号口", "empty"),
    bay("bay7", "7 号口", "absent", { since: null, last_finished_at: null }),
  ];
}

export const attemptsOf = (name: string): Attempt[] => {
  const states: Attempt["state"][] = ["failed", "refused", "copying", "indexing", "waiting", "sealed", "sealed", "duplicate", "sealed", "sealed", "sealed"];
  const reasons: Partial<Record<Attempt["state"], string>> = { failed: "The device file could not be read: input/output error.", refused: "This is a symbolic link; links are never followed." };
  return states.map((state, n) => ({
    id: n, bay: name, path: `DCIM/100MEDIA/100271_2026112408${10 + n}12_00${10 + n}.mp4`, size_bytes: 210e6 + n * 33e6, state, code: reasons[state] ? "source-vanished" : null,
    reason: reasons[state] ?? null, recording: state === "sealed" || state === "duplicate" ? (recordings[n]?.id ?? null) : null, copied_bytes: 120e6, tries: state === "failed" ? 3 : 1, first_seen_at: at(n), updated_at: at(n),
  }));
};

export const viewings: ViewingSummary[] = Array.from({ length: 18 }, (_, n): ViewingSummary => {
  const library = n % 6 === 4;
  const recording = recordings[n * 3] ?? recordings[0];
  return {
    id: `v${n}`, account: ["supervisor", "fazhi01", "042217"][n % 3] ?? "", display_name: ["李建国", "何法", "王晓东"][n % 3] ?? "", roles: [["supervisor", "legal", "officer"][n % 3] ?? ""],
    address: `10.12.4.${20 + n}`, scope: library ? "library" : "recording", recording: library ? null : (recording?.id ?? null), channel: null, recording_name: library ? null : (recording?.name ?? null),
    purpose: ["case", "review", "complaint"][n % 3] ?? "case", note: ["核对现场告知是否完整", "处罚决定前审核", "群众反映执法态度，核实"][n % 3] ?? "", case: n % 2 ? `清水罚〔2026〕${30 + n} 号` : null,
    opened_at: at(n * 61 + 5), closed_at: n === 0 ? null : at(n * 61 - 3), closed_reason: n === 0 ? null : (["closed", "left", "expired"][n % 3] ?? null), delivered_ms: library ? 0 : 64000 + n * 4000, rendered_ms: library ? 0 : 51000 + n * 3000,
    undelivered_ms: n === 3 ? 6400 : 0, spans: library ? [] : [[0, 24000], [48000, 88000 + n * 4000]],
  };
});

export const refusals: Refusal[] = [
  { entry: 48102, account: "042218", address: "10.12.4.31", scope: "recording", recording: recordings[7]?.id ?? null, channel: null, purpose: "case", reason: "No rule permits viewing.open here.", at: at(77) },
  { entry: 47011, account: "custodian", address: "10.12.4.2", scope: "library", recording: null, channel: null, purpose: "technical", reason: "No rule permits viewing.open here.", at: at(2111) },
];

export function viewingDetail(id: string): ViewingDetail {
  const summary = viewings.find((each) => each.id === id) ?? (viewings[0] as ViewingSummary);
  const deliveries = summary.spans.flatMap(([start, end], group) =>
    Array.from({ length: Math.ceil((end - start) / 4000) }, (_, n) => ({
      entry: 41000 + group * 100 + n, recording: summary.recording ?? "", item: "segment" as const, seq: Math.floor(start / 4000) + n, start_ms: start + n * 4000, end_ms: start + (n + 1) * 4000, source: "original" as const, at: at(300 - group * 10 - n),
    })),
  );
  const claims = [
    { start_ms: 0, end_ms: 21500, rate: 1, visible: true, at: at(299) },
    { start_ms: 50000, end_ms: 84000, rate: 2, visible: true, at: at(290) },
    ...(summary.undelivered_ms ? [{ start_ms: 30000, end_ms: 36400, rate: 1, visible: true, at: at(289) }] : []),
  ];
  return { ...summary, deliveries, claims: claims.map((claim) => ({ recording: summary.recording ?? "", ...claim })) };
}
