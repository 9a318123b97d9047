// Times, durations and sizes as text. Pure: the zone and the language are arguments.

export type Language = "zh" | "en";

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(ms: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
}

/** "2026-11-24 08:15:03" in the site's zone; "" for a text that is no time. */
export function dateTime(value: string | number, zone: string): string {
  const ms = typeof value === "number" ? value : Date.parse(value);
  if (!Number.isFinite(ms)) return "";
  const p = partsOf(ms, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

export function dateOnly(value: string | number, zone: string): string {
  return dateTime(value, zone).slice(0, 10);
}

export function timeOnly(value: string | number, zone: string): string {
  return dateTime(value, zone).slice(11);
}

/** "2026-11-24 08:15:03.120": the wall-clock time of a picture. */
export function pictureTime(startedAt: string, mediaMs: number, zone: string): string {
  const ms = Date.parse(startedAt) + Math.max(0, Math.floor(mediaMs));
  if (!Number.isFinite(ms)) return "";
  return `${dateTime(ms, zone)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, "0")}`;
}

/** The zone's offset at an instant, as "UTC+8". */
export function zoneLabel(zone: string, at: number): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  return name.replace("GMT", "UTC");
}

const two = (n: number) => String(n).padStart(2, "0");

/** "0:07", "12:03", "1:02:03". */
export function clockLength(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** "12:03.120": a position in a recording. */
export function position(ms: number): string {
  return `${clockLength(ms)}.${String(Math.floor(Math.max(0, ms)) % 1000).padStart(3, "0")}`;
}

/** "1 h 2 min" / "1 小时 2 分": for people who wait. */
export function waiting(seconds: number, language: Language): string {
  const s = Math.max(0, Math.round(seconds));
  const units = language === "zh" ? ["小时", "分", "秒"] : ["h", "min", "s"];
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  if (hours > 0) return `${hours} ${units[0]} ${minutes} ${units[1]}`;
  if (minutes > 0) return `${minutes} ${units[1]} ${s % 60} ${units[2]}`;
  return `${s} ${units[2]}`;
}

/** Decimal units, three figures: "1.02 GB". */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** The instant at which a day of the site begins: "2026-11-24" → RFC 3339 UTC. `days` counts on from it. */
export function dayStart(day: string, zone: string, days = 0): string | null {
  return instantOf(Date.parse(`${day}T00:00:00Z`) + days * 86400000, zone);
}

/** "2026-11-24T08:15:03" in the site's zone, as <input type="datetime-local"> has it; "" for none. */
export function localInput(value: string | null, zone: string): string {
  return value ? dateTime(value, zone).replace(" ", "T") : "";
}

/** The instant that such an input means, RFC 3339 UTC; null for none. */
export function fromLocalInput(text: string, zone: string): string | null {
  return text ? instantOf(Date.parse(`${text}Z`), zone) : null;
}

/** The instant whose wall clock in the zone reads `wanted` (ms, as if it were UTC). */
function instantOf(wanted: number, zone: string): string | null {
  if (!Number.isFinite(wanted)) return null;
  // Two rounds settle it also where the offset changes that day.
  let guess = wanted;
  for (let round = 0; round < 2; round += 1) {
    const shown = Date.parse(`${dateTime(guess, zone).replace(" ", "T")}Z`);
    guess += wanted - shown;
  }
  return new Date(guess).toISOString();
}
