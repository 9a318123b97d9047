// One activity of a case: how it is covered, on one time axis, and the footage that counts for it.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Activity, CaseDetail, Counted, Coverage, Items } from "../api/case-types";
import { Icon } from "../parts/icon";
import { ReasonDialog } from "../parts/form";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { clockLength, dateTime, timeOnly } from "../time/format";
import { CoverageChart } from "./coverage-chart";
import { EmergencyPart } from "./emergency";

interface ActivityCardProps {
  activity: Activity;
  detail: CaseDetail;
  items: Items;
  edit: (() => void) | null;
  reload: () => void;
}

export function ActivityCard({ activity, detail, items, edit, reload }: ActivityCardProps) {
  const { t, site, language } = useApp();
  const [withdrawing, setWithdrawing] = useState(false);
  const c = t.cases;
  const item = (activity.asked ?? items.items.find((each) => each.code === activity.item));
  const name = item?.[language] ?? activity.item;
  const { started_at: from, ended_at: until } = activity;
  return (
    <article class="activity" data-activity={activity.id} aria-label={name}>
      <header class="activity-head">
        <div>
          <h3>
            {name} {item && <span class="chip chip-waiting">{c.modes[item.mode]}</span>}
          </h3>
          <p class="quiet">
            {[from && until ? `${dateTime(from, site.timezone)} – ${timeOnly(until, site.timezone)}` : from ? `${dateTime(from, site.timezone)} –` : c.noTimes, activity.place, activity.officers.join("、"), activity.devices.join("、")]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        <div class="button-row">
          {edit && (
            <>
              <button type="button" class="button" onClick={edit}>
                {c.editActivity}
              </button>
              <button type="button" class="button quiet-button" onClick={() => setWithdrawing(true)}>
                {c.withdraw}
              </button>
            </>
          )}
        </div>
      </header>
      {activity.live && (
        <p class={`activity-live activity-${activity.live}`} data-live={activity.live}>
          <Icon name={activity.live === "recorded" ? "record" : activity.live === "field" ? "clock" : "alert"} size={16} />
          {t.absences.live[activity.live]}
        </p>
      )}
      {item?.mode !== "text" && <EmergencyPart case={detail.id} activity={activity} open={edit !== null} reload={reload} />}
      {activity.picture && (
        <p class="answers">
          <AnswerChip name={c.lanes.whole} coverage={activity.picture} />
          {activity.views && <AnswerChip name={c.lanes.views(item?.views ?? 2)} coverage={activity.views} />}
          {activity.sound && <AnswerChip name={c.lanes.sound} coverage={activity.sound} />}
        </p>
      )}
      {(activity.picture || activity.footage.length > 0) && <CoverageChart activity={activity} detail={detail} items={items} name={name} />}
      {activity.footage.length > 0 && <FootageList activity={activity} detail={detail} open={edit !== null} reload={reload} />}
      {withdrawing && (
        <ReasonDialog
          title={c.withdraw}
          label={c.withdrawReason}
          submit={c.withdraw}
          send={(reason) => api.withdrawActivity(detail.id, activity.id, reason)}
          onDone={() => {
            setWithdrawing(false);
            reload();
          }}
          onClose={() => setWithdrawing(false)}
        />
      )}
    </article>
  );
}

function AnswerChip({ name, coverage }: { name: string; coverage: Coverage }) {
  const { t } = useApp();
  const look = { covered: "chip-safe", "not-covered": "chip-bad", "cannot-be-shown": "chip-attention" }[coverage.answer];
  // Never rounded up to 100 %.
  const percent = Math.floor(coverage.share * 1000) / 10;
  return (
    <span class={`chip ${look}`} data-answer={coverage.answer}>
      <Icon name={coverage.answer === "covered" ? "check" : "alert"} size={14} />
      {name}: {t.cases.answers[coverage.answer]} <span class="num">{percent}%</span>
    </span>
  );
}

interface FootageListProps {
  activity: Activity;
  detail: CaseDetail;
  open: boolean;
  reload: () => void;
}

function FootageList({ activity, detail, open, reload }: FootageListProps) {
  const { t, session } = useApp();
  const [rejecting, setRejecting] = useState<Counted | null>(null);
  const [busy, setBusy] = useState(false);
  const c = t.cases;
  const decide = open && may(session, "case.change");
  const waiting = activity.footage.filter((each) => each.verdict === "proposed");
  const confirm = async (which: readonly Counted[]) => {
    setBusy(true);
    for (const each of which) await api.matchFootage(detail.id, activity.id, each.recording, "confirmed", "");
    setBusy(false);
    reload();
  };
  return (
    <div class="footage">
      <header class="part-head">
        <h4>{c.footage}</h4>
        {decide && waiting.length > 1 && (
          <button type="button" class="button" disabled={busy} onClick={() => void confirm(waiting)}>
            <Icon name="check" size={16} />
            {c.confirmAll}
          </button>
        )}
      </header>
      <ul>
        {activity.footage.map((each) => (
          <FootageRow key={each.recording} each={each}>
            {decide && (
              <span class="button-row">
                {each.verdict === "proposed" && (
                  <button type="button" class="button" disabled={busy} onClick={() => void confirm([each])}>
                    {c.confirm}
                  </button>
                )}
                <button type="button" class="button quiet-button" onClick={() => setRejecting(each)}>
                  {c.reject}
                </button>
              </span>
            )}
          </FootageRow>
        ))}
      </ul>
      {rejecting && (
        <ReasonDialog
          title={c.reject}
          label={c.rejectReason}
          submit={c.reject}
          send={(reason) => api.matchFootage(detail.id, activity.id, rejecting.recording, "rejected", reason)}
          onDone={() => {
            setRejecting(null);
            reload();
          }}
          onClose={() => setRejecting(null)}
        />
      )}
    </div>
  );
}

function FootageRow({ each, children }: { each: Counted; children: preact.ComponentChildren }) {
  const { t, site } = useApp();
  const c = t.cases;
  const exact = each.uncertainty_ms === null ? c.unplaced : c.uncertain((each.uncertainty_ms / 1000).toFixed(1).replace(/\.0$/, ""));
  return (
    <li data-recording={each.recording}>
      <a href={routeText(["recordings", each.recording])}>{each.name}</a>
      <span class="num">
        {timeOnly(each.start_at, site.timezone)} · {clockLength(each.duration_ms)}
      </span>
      <span>{each.device ?? t.common.unknown}</span>
      <span>{each.officer ?? t.common.unknown}</span>
      <span class="quiet">
        {exact}
        {each.time_origin in t.clocks.origins && ` · ${t.clocks.origins[each.time_origin]}`}
      </span>
      <span class={each.verdict === "confirmed" ? "chip chip-safe" : "chip chip-attention"}>
        {each.verdict === "confirmed" ? c.confirmed(each.by ?? "") : c.proposed}
      </span>
      {children}
    </li>
  );
}
