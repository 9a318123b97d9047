// A shift in words: lengths of time, when it is, and what is other in one than in another. Pure.

import type { Shift, ShiftSaid } from "../api/roster-types";
import type { Dictionary } from "../i18n/zh";
import { dateOnly, dateTime } from "../time/format";

type Texts = Dictionary["roster"];
const MINUTE_MS = 60000;

/** "24 minutes", "8 h"; what is less than a minute and not nothing says so. */
export function lengthText(ms: number, texts: Texts): string {
  if (ms > 0 && ms < MINUTE_MS) return texts.under;
  const minutes = Math.floor(ms / MINUTE_MS);
  return minutes < 120 ? texts.minutes(minutes) : texts.hours(Math.floor(minutes / 60), minutes % 60);
}

/** "12 of 24 min": what was recorded of what is asked for. */
export function recordedText(recordedMs: number, expectedMs: number, texts: Texts): string {
  const recorded = recordedMs > 0 && recordedMs < MINUTE_MS ? "<1" : String(Math.floor(recordedMs / MINUTE_MS));
  return expectedMs > 0 ? texts.recordedOf(recorded, Math.ceil(expectedMs / MINUTE_MS)) : texts.recordedOnly(recorded);
}

export function sumOf(shifts: readonly Shift[], key: "duty" | "expected" | "recorded" | "missing"): number {
  return shifts.reduce((sum, each) => sum + each[`${key}_ms`], 0);
}

/** Too little was recorded, and nobody's explanation of it was approved. */
export function isShort(shift: Shift): boolean {
  return shift.state === "short" && shift.finding?.state !== "answered";
}

/** "08:00–18:00", and "18:00–次日 02:00" where it ends on another day. */
export function hoursText(shift: Pick<ShiftSaid, "start_at" | "end_at">, zone: string, texts: Texts): string {
  const [from, to] = [dateTime(shift.start_at, zone), dateTime(shift.end_at, zone)];
  const later = dateOnly(shift.end_at, zone) !== dateOnly(shift.start_at, zone);
  return `${from.slice(11, 16)}–${later ? `${texts.nextDay} ` : ""}${to.slice(11, 16)}`;
}

/** "P-1 一中队 DSJ1 2026-11-24 08:00–18:00" */
export function shiftText(shift: ShiftSaid, zone: string, texts: Texts): string {
  const parts = [shift.officer, shift.unit, shift.device, dateOnly(shift.start_at, zone), hoursText(shift, zone, texts)];
  return parts.filter(Boolean).join(" ");
}

/** What the shift said before, as far as it is other now. */
export function otherBefore(before: ShiftSaid, now: ShiftSaid, zone: string, texts: Texts): string {
  const said: string[] = [];
  if (before.start_at !== now.start_at || before.end_at !== now.end_at) said.push(`${dateOnly(before.start_at, zone)} ${hoursText(before, zone, texts)}`);
  if (before.device !== now.device) said.push(before.device ?? texts.detail.anyDevice);
  if (before.unit !== now.unit) said.push(before.unit ?? texts.noUnit);
  return said.join(" · ");
}
