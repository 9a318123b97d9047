// One shift: its numbers, the recordings that count, what is missing; correcting it and taking it back.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Shift, ShiftFinding } from "../api/roster-types";
import { Dialog } from "../parts/dialog";
import { ReasonDialog } from "../parts/form";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { dateOnly, dateTime } from "../time/format";
import { stateText } from "./roster-grid";
import { hoursText, isShort, lengthText } from "./roster-words";
import { CorrectDialog } from "./shift-dialog";

const SHOWN = 12;

interface ShiftProps {
  shift: Shift;
  onDone: (words: string) => void;
  onClose: () => void;
}

export function RosterShift({ shift, onDone, onClose }: ShiftProps) {
  const { t, session } = useApp();
  const [asking, setAsking] = useState<"correct" | "withdraw" | null>(null);
  const r = t.roster;
  if (asking === "correct") return <CorrectDialog shift={shift} onDone={() => onDone(r.correctedDone)} onClose={() => setAsking(null)} />;
  if (asking === "withdraw") {
    return (
      <ReasonDialog
        title={r.takeBackTitle}
        label={r.takeBackReason}
        why={r.takeBackWhy}
        submit={r.takeBack}
        send={(reason) => api.withdrawShift(shift.id, reason)}
        onDone={() => onDone(r.takenBack)}
        onClose={() => setAsking(null)}
      />
    );
  }
  const own = may(session, "roster.change") && shift.officer === session.account;
  return (
    <Dialog title={`${r.shift} ${shift.officer}`} side onClose={onClose}>
      <div class="dialog-scroll">
        <Facts shift={shift} />
        <Recordings shift={shift} />
        <Findings shift={shift} />
        {shift.may_change && (
          <footer class="form-foot whole">
            <span class="quiet" />
            <button type="button" class="button" onClick={() => setAsking("withdraw")}>
              {r.takeBack}
            </button>
            <button type="button" class="button primary" onClick={() => setAsking("correct")}>
              {r.form.correct}
            </button>
          </footer>
        )}
        {own && <p class="quiet">{r.detail.own}</p>}
      </div>
    </Dialog>
  );
}

function Facts({ shift }: { shift: Shift }) {
  const { t, site } = useApp();
  const r = t.roster;
  const tone = isShort(shift) ? "chip-bad" : shift.state === "enough" || shift.state === "short" ? "chip-good" : shift.state === "collecting" ? "chip-wait" : "";
  return (
    <>
      <p>
        <span class={`chip ${tone}`}>{stateText(shift, r)}</span>
      </p>
      <p class="quiet">{r.stateWords[shift.state]?.(dateTime(shift.due_at, site.timezone).slice(0, 16))}</p>
      <dl class="roster-totals">
        {(["duty", "expected", "recorded", "missing"] as const).map((key) => (
          <div key={key}>
            <dt>{r.totals[key]}</dt>
            <dd>{lengthText(shift[`${key}_ms`], r)}</dd>
          </div>
        ))}
      </dl>
      <dl class="roster-facts">
        <dt>{r.detail.time}</dt>
        <dd>
          {dateOnly(shift.start_at, site.timezone)} {hoursText(shift, site.timezone, r)}
        </dd>
        <dt>{r.unit}</dt>
        <dd>{shift.unit ?? r.noUnit}</dd>
        <dt>{r.detail.device}</dt>
        <dd>{shift.device ?? r.detail.anyDevice}</dd>
        <dt>{r.detail.enteredBy}</dt>
        <dd>{r.detail.by(shift.by, dateTime(shift.at, site.timezone))}</dd>
      </dl>
    </>
  );
}

function Recordings({ shift }: { shift: Shift }) {
  const { t, session } = useApp();
  const r = t.roster;
  return (
    <section class="roster-part">
      <h3>{r.detail.recordings}</h3>
      {shift.recordings.length === 0 && <p class="quiet">{r.detail.noRecordings}</p>}
      <ul class="plain-list">
        {shift.recordings.slice(0, SHOWN).map((each) => (
          <li key={each}>{may(session, "recording.read") ? <a href={routeText(["recordings", each])}>{each}</a> : each}</li>
        ))}
        {shift.recordings.length > SHOWN && <li class="quiet">{r.detail.moreRecordings(shift.recordings.length - SHOWN)}</li>}
      </ul>
    </section>
  );
}

function Findings({ shift }: { shift: Shift }) {
  const { t } = useApp();
  const r = t.roster;
  const found = [...(shift.finding ? [shift.finding] : []), ...shift.others];
  return (
    <section class="roster-part">
      <h3>{r.detail.findings}</h3>
      {found.length === 0 && <p class="quiet">{r.detail.noFindings}</p>}
      {found.map((each) => (
        <Finding key={each.key} finding={each} />
      ))}
    </section>
  );
}

function Finding({ finding }: { finding: ShiftFinding }) {
  const { t, language, session } = useApp();
  const a = t.absences;
  return (
    <p class="roster-finding" data-finding={finding.key}>
      <span class={`chip ${finding.state === "answered" ? "chip-good" : finding.state === "waiting" ? "chip-wait" : "chip-bad"}`}>{a.states[finding.state]}</span> <strong>{a.kinds[finding.kind]}</strong>{" "}
      {finding[language]} {may(session, "absence.read") && <a href={routeText(["findings"], { tab: "missing", absence: finding.key })}>{t.roster.detail.toFinding}</a>}
    </p>
  );
}
