// A stand-in for the daemon while the UI is worked on: generated data behind the same paths as
// docs/reference/api.md. Used by `npm run dev` only. MEDIAD_MOCK_MEDIA may name a folder with an HLS stream
// (index.m3u8, init.mp4, 0.m4s …) and t0.jpg … t5.jpg.

import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Plugin } from "vite";
import { attemptsOf, baysAt, detailOf, ROLES, recordings, SEAL, SITE, segmentsOf, viewingDetail, viewings, refusals } from "./data";

const MEDIA = process.env.MEDIAD_MOCK_MEDIA ?? "";
let signedIn: keyof typeof ROLES | null = null;
let failures = 0;
let ledgerDown = false;
const opened = new Map<string, string>();

type Handler = (request: IncomingMessage, url: URL, body: Record<string, unknown>, parts: string[]) => [number, unknown] | Buffer;

const fail = (status: number, code: string, message: string): [number, unknown] => [status, { error: { code, message, remedy: null } }];

const session = () => {
  const role = signedIn;
  return role ? { ...ROLES[role], csrf: "c", expires_at: new Date(Date.now() + 3600e3).toISOString() } : null;
};

const viewingAnswer = (id: string) => {
  const recording = opened.get(id) ?? null;
  const detail = recording ? detailOf(recording) : null;
  const kind = detail?.kind === "photo" ? "photo" : detail?.kind === "audio" ? "audio" : "hls";
  return {
    id,
    scope: recording ? "recording" : "library",
    recording,
    purpose: "review",
    expires_at: new Date(Date.now() + 600e3).toISOString(),
    media: detail?.ready ? { kind, url: `/api/v1/viewings/${id}/${kind === "photo" ? "photo" : "index.m3u8"}` } : null,
    detail,
  };
};

const media = (name: string): Buffer | [number, unknown] =>
  MEDIA && existsSync(join(MEDIA, name)) ? readFileSync(join(MEDIA, name)) : fail(404, "not-found", "Not found.");

function library(url: URL): [number, unknown] {
  const ask = url.searchParams;
  const found = recordings.filter(
    (each) =>
      (!ask.get("q") || JSON.stringify(each).includes(ask.get("q") ?? "")) &&
      (["officer", "device", "unit", "kind", "playback"] as const).every((key) => !ask.get(key) || each[key] === ask.get(key)) &&
      (!ask.get("from") || each.started_at >= (ask.get("from") ?? "")) &&
      (!ask.get("to") || each.started_at < (ask.get("to") ?? "")),
  );
  const start = Number(ask.get("cursor") ?? 0);
  const limit = Number(ask.get("limit") ?? 50);
  return [200, { recordings: found.slice(start, start + limit), next: start + limit < found.length ? String(start + limit) : null, total: found.length }];
}

function signIn(body: Record<string, unknown>): [number, unknown] {
  if (failures >= 3) return fail(429, "too-many-attempts", "Too many attempts.");
  const role = String(body.account) as keyof typeof ROLES;
  if (body.password === "wrong" || !(role in ROLES)) {
    failures += 1;
    return fail(401, "unauthenticated", "Wrong.");
  }
  failures = 0;
  signedIn = role;
  return [200, session()];
}

const handle: Handler = (request, url, body, parts) => {
  const [noun, id, sub, last] = parts;
  const method = request.method ?? "GET";
  if (noun === "site") return [200, SITE];
  if (noun === "session" && method === "POST") return signIn(body);
  if (noun === "session" && method === "DELETE") {
    signedIn = null;
    return [204, null];
  }
  if (noun === "mock-ledger") {
    ledgerDown = id === "down";
    return [200, {}];
  }
  if (!signedIn) return fail(401, "unauthenticated", "Sign in first.");
  if (noun === "session") return [200, session()];
  if (noun === "bays" && !id) return [200, { bays: baysAt(Date.now()) }];
  if (noun === "bays") return [200, { attempts: attemptsOf(id ?? "").filter((a) => !url.searchParams.get("state") || a.state === url.searchParams.get("state")), next: null }];
  if (noun === "recordings" && !id) return library(url);
  if (noun === "facets") {
    const all = (key: "officer" | "device" | "unit" | "bay") => [...new Set(recordings.map((each) => each[key]).filter(Boolean))].sort();
    return [200, { officers: all("officer"), devices: all("device"), units: all("unit"), bays: all("bay") }];
  }
  if (noun === "recordings" && id) {
    const detail = detailOf(id);
    if (!detail) return fail(404, "not-found", "There is no such recording.");
    if (sub === "segments") return [200, { segments: segmentsOf(detail) }];
    if (sub === "seal" && method === "POST") {
      const read = { id: `seal-check:${id}`, kind: "seal-check", recording: id, state: "done", progress: 1, reason: null, updated_at: new Date().toISOString() };
      return [202, { check: read }];
    }
    if (sub === "seal") return [200, SEAL(detail)];
    if (sub === "viewings") return [200, { viewings: viewings.filter((each) => each.recording === id || each.scope === "recording").slice(0, 4) }];
    return [200, detail];
  }
  if (noun === "jobs") {
    const recording = url.searchParams.get("recording");
    return [200, { jobs: [{ id: "j1", kind: "viewing-copy", recording, state: "running", progress: 0.37, reason: null, updated_at: new Date().toISOString() }] }];
  }
  if (noun === "viewings" && !id) {
    if (signedIn === "custodian") return fail(403, "forbidden", "No rule permits this.");
    const vid = `v${opened.size}`;
    opened.set(vid, String(body.recording ?? ""));
    return [201, viewingAnswer(vid)];
  }
  if (noun === "viewings" && id) {
    if (sub === "renew") return [200, viewingAnswer(id)];
    if (sub === "rendered") return [202, { undelivered_ms: 0 }];
    if (sub === "close") return [204, null];
    if (ledgerDown) return fail(503, "store-unavailable", "The ledger cannot be written.");
    if (sub === "thumbnails") return media(`t${(last ?? "").charCodeAt(3) % 6}.jpg`);
    if (sub === "photo") return media("t2.jpg");
    return media(sub ?? "");
  }
  if (noun === "viewing-log" && id) return [200, viewingDetail(id)];
  if (noun === "viewing-log") return [200, { viewings, refusals, next: null }];
  return fail(404, "not-found", "Not found.");
};

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const send = () => baysAt(Date.now()).forEach((bay) => response.write(`event: bay\ndata: ${JSON.stringify(bay)}\n\n`));
  send();
  const timer = setInterval(send, 1000);
  response.on("close", () => clearInterval(timer));
}

export function mockDaemon(): Plugin {
  return {
    name: "mediad-stand-in",
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const url = new URL(request.url ?? "/", "http://stand-in");
        if (!url.pathname.startsWith("/api/v1/")) return next();
        const parts = url.pathname.slice("/api/v1/".length).split("/");
        if (parts[0] === "events") return stream(response);
        const answer = handle(request, url, await readBody(request), parts);
        if (Buffer.isBuffer(answer)) {
          const type = url.pathname.endsWith("m3u8") ? "application/vnd.apple.mpegurl" : url.pathname.endsWith("jpg") || parts[2] === "photo" ? "image/jpeg" : "video/mp4";
          response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-store" });
          return response.end(answer);
        }
        const [status, value] = answer;
        response.writeHead(status, { "Content-Type": "application/json", Date: new Date().toUTCString(), ...(status === 429 ? { "Retry-After": "20" } : {}) });
        response.end(status === 204 ? undefined : JSON.stringify(value));
      });
    },
  };
}
