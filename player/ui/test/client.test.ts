import { beforeEach, describe, expect, it, vi } from "vitest";
import { Client, queryText } from "../src/api/client";

const NOW = Date.parse("2026-11-24T00:00:00Z");

interface Sent {
  url: string;
  init: RequestInit;
}

let sent: Sent[];
let beacons: { url: string; body: Blob }[];
let answer: () => Promise<Response>;

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

const client = () =>
  new Client({
    fetch: (async (url: string, init: RequestInit) => {
      sent.push({ url, init });
      return answer();
    }) as typeof fetch,
    now: () => NOW,
    beacon: (url, body) => {
      beacons.push({ url, body });
      return true;
    },
  });

beforeEach(() => {
  sent = [];
  beacons = [];
  answer = async () => json(200, {});
});

const SESSION = { account: "a", csrf: "secret", may: [] };

describe("the API client", () => {
  it("leaves out filters that are empty", () => {
    expect(queryText({ q: "水库", from: "", to: null, limit: 5, kind: undefined })).toBe("?q=%E6%B0%B4%E5%BA%93&limit=5");
    expect(queryText({})).toBe("");
  });

  it("carries the session's CSRF token on every unsafe request, in the header or in the beacon's body", async () => {
    const api = client();
    answer = async () => json(200, SESSION);
    await api.signIn("a", "b");
    answer = async () => json(202, { undelivered_ms: 0 });
    await api.reportRendered("v1", [], 0);
    const headers = sent[1]?.init.headers as Record<string, string>;
    expect(headers["X-CSRF-Token"]).toBe("secret");
    api.closeByBeacon("v1", [{ start_ms: 0, end_ms: 40, rate: 1, visible: true }]);
    expect(beacons[0]?.url).toBe("/api/v1/viewings/v1/close");
    const body = JSON.parse((await beacons[0]?.body.text()) ?? "");
    expect(body).toEqual({ spans: [{ start_ms: 0, end_ms: 40, rate: 1, visible: true }], csrf: "secret" });
    expect(beacons[0]?.body.type).toBe("application/json");
  });

  it("sends no token and no body with a question", async () => {
    await client().bays();
    expect(sent[0]?.init.method).toBe("GET");
    expect(sent[0]?.init.headers).toEqual({});
    expect(sent[0]?.init.body).toBeUndefined();
  });

  it("answers with the server's error and how long to wait", async () => {
    answer = async () =>
      json(429, { error: { code: "too-many-attempts", message: "Too many.", remedy: "Wait." } }, { "Retry-After": "20" });
    const result = await client().signIn("a", "b");
    expect(result).toEqual({
      ok: false,
      error: { status: 429, code: "too-many-attempts", message: "Too many.", remedy: "Wait.", retryAfterS: 20, findings: [] },
    });
  });

  it("never throws: no network, no JSON, an error without a body", async () => {
    const api = client();
    answer = async () => Promise.reject(new TypeError("failed"));
    expect(await api.bays()).toMatchObject({ ok: false, error: { status: 0, code: "unreachable" } });
    answer = async () => new Response("<html>", { status: 200 });
    expect(await api.bays()).toMatchObject({ ok: false, error: { code: "unreadable" } });
    answer = async () => new Response("gateway", { status: 502 });
    expect(await api.bays()).toMatchObject({ ok: false, error: { status: 502, code: "error" } });
  });

  it("tells when the session is over, but not while asking whether there is one", async () => {
    const api = client();
    const over = vi.fn();
    api.onSignedOut(over);
    answer = async () => json(401, { error: { code: "unauthenticated", message: "No." } });
    await api.session();
    expect(over).not.toHaveBeenCalled();
    await api.bays();
    expect(over).toHaveBeenCalledOnce();
  });

  it("asks a question again once the same person has signed in again, and carries nothing else out", async () => {
    const api = client();
    answer = async () => json(200, SESSION);
    await api.signIn("a", "b");
    answer = async () => json(401, { error: { code: "unauthenticated", message: "No." } });
    const question = api.bays();
    const order = api.askAgain("r1", "viewing-copy");
    await vi.waitFor(() => expect(sent.length).toBe(3));
    answer = async () => json(200, { bays: [] });
    // Both answers are settled on the next turn of the loop.
    await new Promise((turn) => setTimeout(turn));
    api.goOn(true);
    expect(await question).toEqual({ ok: true, value: { bays: [] } });
    expect(await order).toMatchObject({ ok: false, error: { status: 401, code: "signed-in-again" } });
    expect(sent.map(({ url }) => url.split("/").at(-1))).toEqual(["session", "bays", "viewing-copy", "bays"]);
  });

  it("gives up what was asked when somebody else signs in", async () => {
    const api = client();
    answer = async () => json(200, SESSION);
    await api.signIn("a", "b");
    answer = async () => json(401, { error: { code: "unauthenticated", message: "No." } });
    const question = api.bays();
    await new Promise((turn) => setTimeout(turn));
    api.goOn(false);
    expect(await question).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    expect(sent.length).toBe(2);
  });

  it("tells when the server cannot be reached, and when it can again, once each", async () => {
    const api = client();
    const told: boolean[] = [];
    api.onReach((reachable) => told.push(reachable));
    await api.bays();
    answer = async () => Promise.reject(new TypeError("failed"));
    await api.bays();
    await api.bays();
    answer = async () => json(200, {});
    await api.bays();
    expect(told).toEqual([false, true]);
  });

  it("takes an empty answer as done", async () => {
    answer = async () => json(204, null);
    expect(await client().signOut()).toEqual({ ok: true, value: undefined });
  });

  it("keeps to the server's clock when this machine's is wrong", async () => {
    const api = client();
    answer = async () => json(200, { bays: [] }, { Date: "Tue, 24 Nov 2026 00:05:00 GMT" });
    await api.bays();
    expect(api.serverNow()).toBe(NOW + 300000);
  });

  it("keeps ids from leading elsewhere", async () => {
    await client().recording("../session");
    expect(sent[0]?.url).toBe("/api/v1/recordings/..%2Fsession");
  });
});
