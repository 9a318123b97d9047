// What the statistics page is asked for, as its address says it. Pure.

import type { Query } from "../api/client";
import type { Grouping } from "../api/oversight-types";
import { dateOnly, dayStart } from "../time/format";

export type Wanted = Readonly<Record<string, string>>;

const DAY_MS = 86400000;
const GROUPINGS: readonly Grouping[] = ["unit", "officer", "device", "week"];

/** "2026-11-24" and so many days on. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

export interface PeriodDays {
  from: string;
  to: string; // the last day
}

/** The last `weeks` weeks, this one included. */
export function lastWeeks(nowMs: number, zone: string, weeks: number): PeriodDays {
  const today = dateOnly(nowMs, zone);
  return { from: addDays(mondayOf(today), -7 * (weeks - 1)), to: today };
}

export function thisYear(nowMs: number, zone: string): PeriodDays {
  const today = dateOnly(nowMs, zone);
  return { from: `${today.slice(0, 4)}-01-01`, to: today };
}

export function groupingOf(wanted: Wanted): Grouping {
  return GROUPINGS.find((each) => each === wanted.by) ?? "unit";
}

/** The period in the address, or the last twelve weeks. */
export function periodOf(wanted: Wanted, nowMs: number, zone: string): PeriodDays {
  const usual = lastWeeks(nowMs, zone, 12);
  return { from: wanted.from || usual.from, to: wanted.to || usual.to };
}

/** For the API: instants, half-open. */
export function asked(wanted: Wanted, nowMs: number, zone: string): Query {
  const period = periodOf(wanted, nowMs, zone);
  return { from: dayStart(period.from, zone), to: dayStart(period.to, zone, 1), unit: wanted.unit || undefined, item: wanted.item || undefined };
}

export function percent(share: number): string {
  // Never rounded up to all of it, nor down to nothing: 99.97 % is not everything.
  const cut = share > 0.5 ? Math.floor(share * 1000) / 10 : Math.ceil(share * 1000) / 10;
  return `${share >= 1 ? "100" : share <= 0 ? "0" : cut.toFixed(1)}%`;
}
