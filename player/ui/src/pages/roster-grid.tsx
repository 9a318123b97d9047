// A week of shifts: units one below the other, in each a row per officer and a column per day.

import type { Shift } from "../api/roster-types";
import { Icon, type IconName } from "../parts/icon";
import { useApp } from "../state/app";
import { dateOnly } from "../time/format";
import { hoursText, isShort, recordedText, sumOf } from "./roster-words";
import { addDays } from "./statistics-query";

const ICONS: Partial<Record<Shift["state"], IconName>> = { enough: "check", short: "alert", collecting: "clock", running: "record" };

interface GridProps {
  week: string;
  today: string;
  shifts: Shift[];
  open: (shift: string) => void;
}

export function RosterGrid({ week, today, shifts, open }: GridProps) {
  const { t } = useApp();
  const r = t.roster;
  const units = [...grouped(shifts, (each) => each.unit ?? "")].sort(([a], [b]) => a.localeCompare(b, "zh"));
  return (
    <>
      {units.map(([unit, own]) => (
        <section key={unit} class="roster-unit" aria-label={unit || r.noUnit}>
          <h2>
            {unit || r.noUnit} <small>{r.count(own.length, new Set(own.map((each) => each.officer)).size)}</small>
          </h2>
          <div class="table-box">
            <table class="table roster-grid" aria-label={unit || r.noUnit}>
              <thead>
                <tr>
                  <th scope="col">{r.officer}</th>
                  {r.days.map((name, n) => (
                    <th key={name} scope="col" class={addDays(week, n) === today ? "today" : ""}>
                      {name} <small>{addDays(week, n).slice(5)}</small>
                    </th>
                  ))}
                  <th scope="col">{r.total}</th>
                </tr>
              </thead>
              <tbody>
                {[...grouped(own, (each) => each.officer)].map(([officer, of]) => (
                  <OfficerRow key={officer} officer={officer} week={week} shifts={of} open={open} />
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </>
  );
}

function grouped(shifts: Shift[], by: (shift: Shift) => string): Map<string, Shift[]> {
  const found = new Map<string, Shift[]>();
  for (const each of shifts) found.set(by(each), [...(found.get(by(each)) ?? []), each]);
  return found;
}

interface RowProps {
  officer: string;
  week: string;
  shifts: Shift[];
  open: (shift: string) => void;
}

function OfficerRow({ officer, week, shifts, open }: RowProps) {
  const { t, site } = useApp();
  const r = t.roster;
  return (
    <tr class="plain" data-officer={officer}>
      <th scope="row">{officer}</th>
      {r.days.map((name, n) => (
        <td key={name}>
          {shifts
            .filter((each) => dateOnly(each.start_at, site.timezone) === addDays(week, n))
            .map((each) => (
              <ShiftCell key={each.id} shift={each} open={open} />
            ))}
        </td>
      ))}
      <td class="roster-sum">
        {recordedText(sumOf(shifts, "recorded"), sumOf(shifts, "expected"), r)}
      </td>
    </tr>
  );
}

/** The state of a shift in words: that it is short, and whether that was explained. */
export function stateText(shift: Shift, texts: ReturnType<typeof useApp>["t"]["roster"]): string {
  if (shift.state === "short" && shift.finding?.state === "answered") return texts.answered;
  if (shift.state === "short" && shift.finding?.state === "waiting") return texts.explaining;
  return texts.states[shift.state] ?? shift.state;
}

function ShiftCell({ shift, open }: { shift: Shift; open: (shift: string) => void }) {
  const { t, site } = useApp();
  const r = t.roster;
  const hours = hoursText(shift, site.timezone, r);
  const recorded = recordedText(shift.recorded_ms, shift.expected_ms, r);
  const state = stateText(shift, r);
  const tone = shift.state === "short" && !isShort(shift) ? "answered" : shift.state;
  const icon = tone === "answered" ? "checkCircle" : ICONS[shift.state];
  const judged = shift.state === "enough" || shift.state === "short" || shift.state === "collecting";
  return (
    <button type="button" class="roster-shift" data-state={tone} data-shift={shift.id} onClick={() => open(shift.id)}>
      <span class="sr">{shift.officer}</span>
      <b>{hours}</b>
      {shift.device && <small>{shift.device}</small>}
      {(judged || shift.recorded_ms > 0) && <small class="num">{recorded}</small>}
      <span class="roster-state">
        {icon && <Icon name={icon} size={14} />}
        {state}
      </span>
      {shift.others.length > 0 && <small class="roster-others">{r.others(shift.others.length)}</small>}
    </button>
  );
}
