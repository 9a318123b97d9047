// The shift roster: a week by unit and officer, with what was recorded of each shift and what is missing.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Shift } from "../api/roster-types";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateOnly, dayStart } from "../time/format";
import { RosterChanges } from "./roster-changes";
import { RosterGrid } from "./roster-grid";
import { RosterShift } from "./roster-shift";
import { RosterUpload } from "./roster-upload";
import { EnterDialog } from "./shift-dialog";
import { isShort, lengthText, sumOf } from "./roster-words";
import { addDays, mondayOf } from "./statistics-query";

type Query = Readonly<Record<string, string>>;

export function RosterPage({ query }: { query: Query }) {
  const { site } = useApp();
  const today = dateOnly(api.serverNow(), site.timezone);
  const week = mondayOf(/^\d{4}-\d{2}-\d{2}$/.test(query.week ?? "") && dayStart(query.week ?? "", site.timezone) ? (query.week ?? "") : today);
  const [said, setSaid] = useState("");
  return <Week key={week} week={week} today={today} query={query} said={said} say={setSaid} />;
}

interface WeekProps {
  week: string; // its Monday
  today: string;
  query: Query;
  said: string; // what was done last, in words
  say: (words: string) => void;
}

function Week({ week, today, query, said, say }: WeekProps) {
  const { t, site, session } = useApp();
  const [asking, setAsking] = useState<"enter" | "file" | string | null>(null); // otherwise: the id of a shift
  const r = t.roster;
  const { value, error, reload } = useAnswer(week, () => api.roster({ from: dayStart(week, site.timezone), to: dayStart(week, site.timezone, 7) }));
  const enters = may(session, "roster.change");
  const show = (changes: Record<string, string>) => go(routeText(["roster"], { ...query, ...changes }), true);
  const set = (changes: Record<string, string>) => {
    say("");
    show(changes);
  };
  const done = (words: string, to = week) => {
    setAsking(null);
    say(words);
    if (to === week) reload();
    else show({ week: to });
  };
  const shown = value ? chosen(value.shifts, query) : [];
  const shift = value?.shifts.find((each) => each.id === asking);
  return (
    <div class="page roster">
      <header class="page-head">
        <h1>{r.title}</h1>
        <p class="summary" role="status">
          {said || (value && value.shifts.length > 0 && r.count(shown.length, new Set(shown.map((each) => each.officer)).size))}
        </p>
        {enters && (
          <span class="button-row">
            <button type="button" class="button" onClick={() => setAsking("file")}>
              <Icon name="note" size={16} />
              {r.upload}
            </button>
            <button type="button" class="button primary" onClick={() => setAsking("enter")}>
              <Icon name="plus" size={16} />
              {r.enter}
            </button>
          </span>
        )}
      </header>
      <Filters week={week} today={today} query={query} shifts={value?.shifts ?? []} set={set} />
      {value && <p class="quiet roster-why">{r.why(value.percent, value.hand_in_h)}</p>}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!error && !value && <div class="recording-skeleton skeleton" role="status" aria-label={t.common.loading} />}
      {value && value.shifts.length === 0 && <Empty enters={enters} enter={() => setAsking("enter")} upload={() => setAsking("file")} />}
      {value && value.shifts.length > 0 && shown.length === 0 && (
        <Notice icon="filter" title={r.nothingFits}>
          <button type="button" class="button" onClick={() => set({ unit: "", officer: "", short: "" })}>
            {r.clear}
          </button>
        </Notice>
      )}
      {value && shown.length > 0 && (
        <>
          <Totals shifts={shown} />
          <RosterGrid week={week} today={today} shifts={shown} open={setAsking} />
        </>
      )}
      {value && value.changes.length > 0 && <RosterChanges changes={value.changes} />}
      {shift && <RosterShift shift={shift} onDone={done} onClose={() => setAsking(null)} />}
      {asking === "enter" && <EnterDialog day={today >= week && today <= addDays(week, 6) ? today : week} onDone={() => done(r.entered)} onClose={() => setAsking(null)} />}
      {asking === "file" && <RosterUpload onDone={done} onClose={() => setAsking(null)} />}
    </div>
  );
}

function chosen(shifts: Shift[], query: Query): Shift[] {
  const wanted = (query.officer ?? "").trim().toLowerCase();
  return shifts.filter(
    (each) =>
      (!query.unit || each.unit === query.unit) &&
      (!wanted || each.officer.toLowerCase().includes(wanted)) &&
      (!query.short || isShort(each)),
  );
}

interface FiltersProps {
  week: string;
  today: string;
  query: Query;
  shifts: Shift[];
  set: (changes: Record<string, string>) => void;
}

function Filters({ week, today, query, shifts, set }: FiltersProps) {
  const { t } = useApp();
  const r = t.roster;
  const units = [...new Set([...shifts.map((each) => each.unit), query.unit ?? null].filter((unit): unit is string => Boolean(unit)))].sort();
  return (
    <form class="filters" aria-label={r.week} onSubmit={(event) => event.preventDefault()}>
      <div class="roster-week" role="group" aria-label={r.week}>
        <button type="button" class="icon-button" aria-label={r.before} title={r.before} onClick={() => set({ week: addDays(week, -7) })}>
          <Icon name="chevronLeft" />
        </button>
        <strong>{r.weekOf(week, addDays(week, 6))}</strong>
        <button type="button" class="icon-button" aria-label={r.after} title={r.after} onClick={() => set({ week: addDays(week, 7) })}>
          <Icon name="chevron" />
        </button>
        {mondayOf(today) !== week && (
          <button type="button" class="button" onClick={() => set({ week: "" })}>
            {r.now}
          </button>
        )}
      </div>
      <label class="field compact">
        <span>{r.pick}</span>
        <input type="date" value={week} onChange={(event) => event.currentTarget.value && set({ week: event.currentTarget.value })} />
      </label>
      <label class="field compact">
        <span>{r.unit}</span>
        <select value={query.unit ?? ""} class={query.unit ? "active" : ""} onChange={(event) => set({ unit: event.currentTarget.value })}>
          <option value="">{r.allUnits}</option>
          {units.map((unit) => (
            <option key={unit} value={unit}>
              {unit}
            </option>
          ))}
        </select>
      </label>
      <label class="field compact">
        <span>{r.officer}</span>
        <input type="text" maxLength={200} placeholder={r.officerHint} value={query.officer ?? ""} class={query.officer ? "active" : ""} onInput={(event) => set({ officer: event.currentTarget.value })} />
      </label>
      <label class="check">
        <input type="checkbox" checked={Boolean(query.short)} onChange={(event) => set({ short: event.currentTarget.checked ? "1" : "" })} /> {r.onlyShort}
      </label>
    </form>
  );
}

function Totals({ shifts }: { shifts: Shift[] }) {
  const { t } = useApp();
  const r = t.roster;
  const n = shifts.filter(isShort).length;
  return (
    <dl class="roster-totals">
      {(["duty", "expected", "recorded", "missing"] as const).map((key) => (
        <div key={key}>
          <dt>{r.totals[key]}</dt>
          <dd>{lengthText(sumOf(shifts, key), r)}</dd>
        </div>
      ))}
      {n > 0 && (
        <div>
          <dd>
            <span class="chip chip-bad">
              <Icon name="alert" size={14} />
              {r.short(n)}
            </span>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Empty({ enters, enter, upload }: { enters: boolean; enter: () => void; upload: () => void }) {
  const { t } = useApp();
  const r = t.roster;
  return (
    <Notice icon="clock" title={r.empty}>
      <p>{enters ? r.emptyWhy : r.emptyReader}</p>
      {enters && (
        <p class="button-row">
          <button type="button" class="button primary" onClick={enter}>
            {r.enter}
          </button>
          <button type="button" class="button" onClick={upload}>
            {r.upload}
          </button>
        </p>
      )}
    </Notice>
  );
}

