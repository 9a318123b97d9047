// Retention: the classes in force, what has expired, destruction, holds, and changes of retention.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Retention } from "../api/retention-types";
import { ReasonDialog } from "../parts/form";
import { Icon } from "../parts/icon";
import { ErrorNotice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { bytes, dateOnly, dateTime } from "../time/format";
import { ChangesPart } from "./retention-changes";
import { DestructionsPart } from "./retention-destructions";
import { ExpiringPart } from "./retention-expiring";
import { HoldsPart } from "./retention-holds";

const SECTIONS = ["classes", "expiring", "destructions", "holds", "changes"] as const;

export function RetentionPage({ section }: { section: string }) {
  const { t } = useApp();
  const { value: found, error, reload } = useAnswer("retention", api.retention);
  const r = t.retention;
  return (
    <div class="page retention">
      <header class="page-head">
        <h1>{r.title}</h1>
        <p class="summary" role="status">
          {found && r.summary(found.n_recordings, found.n_destroyed)}
        </p>
      </header>
      {found?.clock.doubted_at && <ClockDoubt found={found} at={found.clock.doubted_at} reload={reload} />}
      <nav class="part-tabs" aria-label={r.sectionsLabel}>
        {SECTIONS.map((each) => (
          <a key={each} href={routeText(["retention", each])} aria-current={section === each ? "page" : undefined}>
            {r.sections[each]}
          </a>
        ))}
      </nav>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!found && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {found && section === "classes" && <ClassesPart found={found} />}
      {found && section === "expiring" && <ExpiringPart found={found} changed={reload} />}
      {found && section === "destructions" && <DestructionsPart found={found} />}
      {found && section === "holds" && <HoldsPart />}
      {found && section === "changes" && <ChangesPart found={found} changed={reload} />}
    </div>
  );
}

function ClockDoubt({ found, at, reload }: { found: Retention; at: string; reload: () => void }) {
  const { t, site, session } = useApp();
  const [asking, setAsking] = useState(false);
  const r = t.retention;
  return (
    <section class="case-part why" role="alert" data-clock-doubt>
      <h2>
        <Icon name="clock" size={20} />
        {r.clockTitle}
      </h2>
      <p>{r.clockWhy(dateTime(at, site.timezone))}</p>
      <p class="num">{r.clockNow(dateTime(found.clock.now, site.timezone))}</p>
      {may(session, "site-clock.confirm") && (
        <button type="button" class="button primary" onClick={() => setAsking(true)}>
          {r.clockConfirm}
        </button>
      )}
      {asking && (
        <ReasonDialog
          title={r.clockConfirm}
          why={r.clockNow(dateTime(found.clock.now, site.timezone))}
          label={r.clockNote}
          submit={r.clockConfirm}
          send={api.confirmClock}
          onDone={() => {
            setAsking(false);
            reload();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function ClassesPart({ found }: { found: Retention }) {
  const { t, site, language } = useApp();
  const r = t.retention;
  const { columns } = r;
  const known = new Map(found.classes.map((each) => [each.code, each]));
  const counted = new Map(found.counts.map((each) => [each.code, each]));
  const codes = [...known.keys(), ...found.counts.map((each) => each.code).filter((code) => !known.has(code))];
  return (
    <>
      <p class="quiet retention-in-force">{r.inForce(found.version)}</p>
      <div class="table-box">
        <table class="table" aria-label={r.sections.classes}>
          <thead>
            <tr>
              <th>{columns.class}</th>
              <th>{columns.term}</th>
              <th class="right">{columns.count}</th>
              <th class="right">{columns.size}</th>
              <th class="right">{columns.expired}</th>
              <th>{columns.next}</th>
            </tr>
          </thead>
          <tbody>
            {codes.map((code) => {
              const kind = known.get(code);
              const count = counted.get(code);
              const term = kind ? (kind.days === null ? r.permanent : r.days(kind.days)) : r.unclassifiedTerm;
              return (
                <tr key={code} data-class={code}>
                  <td>{kind?.[language] ?? (code || r.unclassified)}</td>
                  <td>{term}</td>
                  <td class="num right">{count?.n_recordings ?? 0}</td>
                  <td class="num right">{bytes(count?.size_bytes ?? 0)}</td>
                  <td class="num right">
                    {count && count.n_expired > 0 ? <a href={routeText(["retention", "expiring"])}>{count.n_expired}</a> : 0}
                  </td>
                  <td class="num-left">{count?.first_until ? dateOnly(count.first_until, site.timezone) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
