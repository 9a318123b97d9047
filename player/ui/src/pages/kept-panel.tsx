// How long one recording is kept and why; what is left of it once destroyed; and the warnings on a case's page.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Kept, Pending, Tombstone } from "../api/retention-types";
import { Icon } from "../parts/icon";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateOnly, dateTime } from "../time/format";
import { HoldDialog } from "./retention-holds";

export function KeptPanel({ id }: { id: string }) {
  const { t, session } = useApp();
  const { value: kept, reload } = useAnswer(id, () => api.keptOf(id));
  const [holding, setHolding] = useState(false);
  if (!kept) return null;
  return (
    <div class="kept" data-kept={kept.code ?? ""}>
      <h3>{t.retention.kept}</h3>
      {kept.destroyed.map((each) => (
        <TombstoneLine key={each.destruction} tomb={each} />
      ))}
      {kept.destroyed[0]?.state !== "done" && kept.reasons.length > 0 && <Term kept={kept} />}
      {kept.pending && (
        <p class="kept-warning" role="status">
          <Icon name={kept.pending.stays ? "lock" : "clock"} size={15} />
          <PendingWords pending={kept.pending} />
        </p>
      )}
      {kept.reasons.length > 0 && may(session, "hold.set") && (
        <button type="button" class="button quiet-button" onClick={() => setHolding(true)}>
          <Icon name="lock" size={15} />
          {t.retention.setHold}
        </button>
      )}
      {holding && (
        <HoldDialog
          recording={id}
          onDone={() => {
            setHolding(false);
            reload();
          }}
          onClose={() => setHolding(false)}
        />
      )}
    </div>
  );
}

/** What becomes of a recording whose destruction was asked for: nothing, as long as something keeps it. */
function PendingWords({ pending }: { pending: Pending }) {
  const { t, site, language } = useApp();
  const r = t.retention;
  if (pending.stays) return <span data-stays>{r.pendingStays(pending.stays[language], pending.stays.until ? dateOnly(pending.stays.until, site.timezone) : null)}</span>;
  return <span>{pending.due_at ? r.pendingHere(dateTime(pending.due_at, site.timezone)) : r.pendingAsked}</span>;
}

function Term({ kept }: { kept: Kept }) {
  const { t, site, language } = useApp();
  const r = t.retention;
  const day = kept.until ? dateOnly(kept.until, site.timezone) : "";
  return (
    <>
      <p class="kept-term">
        <span class={`chip ${kept.holds.length > 0 ? "chip-busy" : kept.expired ? "chip-warn" : "chip-good"}`}>
          <Icon name={kept.holds.length > 0 ? "lock" : "archive"} size={14} />
          {kept.until === null ? r.never : kept.expired ? r.expiredOn(day) : r.keptUntil(day)}
        </span>
      </p>
      <ul class="rows">
        {kept.reasons.map((reason) => (
          <li key={`${reason.because} ${reason.en}`}>
            <span class="breakable">{reason[language]}</span>
            {reason.until && <small class="quiet">{r.keptUntil(dateOnly(reason.until, site.timezone))}</small>}
          </li>
        ))}
      </ul>
    </>
  );
}

function TombstoneLine({ tomb }: { tomb: Tombstone }) {
  const { t, site, session } = useApp();
  const r = t.retention;
  const gone = dateTime(tomb.done_at ?? tomb.begun_at, site.timezone);
  return (
    <p class="kept-warning" data-tombstone={tomb.state}>
      <Icon name="archive" size={15} />
      <span>
        {tomb.returned_at ? r.returnedOn(gone, dateTime(tomb.returned_at, site.timezone)) : r.destroyedOn(gone)}
        {" · "}
        {r.destroyedWhy(tomb.requested_by, tomb.approved_by)}
        {tomb.done_entry !== null && <small class="quiet"> {r.entries(tomb.begun_entry, tomb.done_entry)}</small>}
        {tomb.certificate && may(session, "retention.read") && (
          <>
            {" "}
            <a href={api.certificateUrl(tomb.destruction)} target="_blank" rel="noopener">
              {r.certificate}
            </a>
          </>
        )}
      </span>
    </p>
  );
}

export function CaseRetentionNotice({ id }: { id: string }) {
  const { t, site, session, language } = useApp();
  const r = t.retention;
  const { value: found } = useAnswer(id, () => api.caseRetention(id));
  if (!found) return null;
  const lines: [string, "lock" | "clock" | "archive", string][] = [];
  if (found.holds.length > 0) lines.push(["hold", "lock", [r.caseHeld(found.holds.length), ...found.holds.map((each) => each.reason)].filter(Boolean).join(" · ")]);
  for (const each of found.pending) {
    const n = each.recordings.length - each.stay.length;
    if (n > 0) lines.push([each.destruction, "clock", each.due_at ? r.casePending(n, dateTime(each.due_at, site.timezone)) : r.caseAsked(n)]);
    if (each.stays) lines.push([`${each.destruction} stays`, "lock", r.caseStays(each.stay.length, each.stays[language])]);
  }
  if (found.destroyed.length > 0) lines.push(["gone", "archive", r.caseDestroyed(found.destroyed.length)]);
  if (lines.length === 0) return null;
  return (
    <section class="case-part kept-notice" role="status" data-case-retention>
      <ul>
        {lines.map(([key, icon, words]) => (
          <li key={key}>
            <Icon name={icon} size={17} />
            <span>{words}</span>
          </li>
        ))}
      </ul>
      {may(session, "retention.read") && (
        <a class="button quiet-button" href={routeText(["retention", found.pending.length > 0 ? "destructions" : "holds"])}>
          {r.toPage}
        </a>
      )}
    </section>
  );
}
