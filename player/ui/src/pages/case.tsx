// One case: why it cannot be closed, what was done and how it is covered, explanations, clips.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { Activity, CaseDetail, Items } from "../api/case-types";
import { Icon } from "../parts/icon";
import { ReasonDialog } from "../parts/form";
import { ErrorNotice, Notice } from "../parts/notice";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer, useTitle } from "../state/use";
import { dateTime } from "../time/format";
import { ActivityCard } from "./case-activity";
import { ActivityDialog } from "./activity-dialog";
import { StillsSwitch } from "./chart-stills";
import { ClipsPanel } from "./case-clips";
import { CoursePanel } from "./case-course";
import { CaseDialog } from "./case-dialog";
import { CaseRetentionNotice } from "./kept-panel";
import { ExplanationsPanel, FindingsPanel } from "./case-findings";
import { HandoverDialog, HandoversPanel } from "./case-handover";
import { StateChip } from "./cases";
import { UnrecordedAlarms } from "./unrecorded";

type Asking = "edit" | "activity" | "close" | "archive" | "reopen" | "hand-over" | Activity | null;

export function CasePage({ id }: { id: string }) {
  const { t } = useApp();
  const { value: detail, error, reload } = useAnswer(id, () => api.case(id));
  useTitle(detail && `${detail.number} ${detail.title}`);
  const { value: items } = useAnswer("items", api.items);
  return (
    <div class="page case">
      <a class="back" href={routeText(["cases"])}>
        <Icon name="chevronLeft" size={16} />
        {t.cases.back}
      </a>
      {error && <ErrorNotice error={error} retry={reload} />}
      {(!detail || !items) && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {detail && items && <Whole detail={detail} items={items} reload={reload} />}
    </div>
  );
}

function Whole({ detail, items, reload }: { detail: CaseDetail; items: Items; reload: () => void }) {
  const { t, session } = useApp();
  const [asking, setAsking] = useState<Asking>(null);
  const open = detail.state === "open" && may(session, "case.change");
  const done = () => {
    setAsking(null);
    reload();
  };
  return (
    <>
      <Head detail={detail} items={items} ask={setAsking} />
      <UnrecordedAlarms case={detail.id} />
      <CaseRetentionNotice id={detail.id} />
      <HandoversPanel detail={detail} reload={reload} />
      <FindingsPanel detail={detail} reload={reload} />
      <section class="case-part">
        <header class="part-head">
          <h2>{t.cases.activities}</h2>
          <div class="button-row">
            {detail.activities.some((each) => each.footage.length > 0) && <StillsSwitch number={detail.number} />}
            {open && (
              <button type="button" class="button" onClick={() => setAsking("activity")}>
                <Icon name="plus" size={16} />
                {t.cases.addActivity}
              </button>
            )}
          </div>
        </header>
        {detail.activities.length === 0 && (
          <Notice icon="clock" title={t.cases.noActivities}>
            <p>{t.cases.noActivitiesWhy}</p>
          </Notice>
        )}
        {detail.activities.map((activity) => (
          <ActivityCard key={activity.id} activity={activity} detail={detail} items={items} edit={open ? () => setAsking(activity) : null} reload={reload} />
        ))}
      </section>
      <div class="case-columns">
        <ExplanationsPanel detail={detail} reload={reload} />
        <ClipsPanel detail={detail} items={items} reload={reload} />
      </div>
      <CoursePanel detail={detail} />
      <Dialogs detail={detail} items={items} asking={asking} done={done} close={() => setAsking(null)} />
    </>
  );
}

function Head({ detail, items, ask }: { detail: CaseDetail; items: Items; ask: (what: Asking) => void }) {
  const { t, site, session, language } = useApp();
  const c = t.cases;
  const kind = items.kinds.find((each) => each.code === detail.kind)?.[language] ?? detail.kind;
  const when = (at: string) => dateTime(at, site.timezone);
  return (
    <header class="case-head">
      <div>
        <h1>
          {detail.title} <StateChip state={detail.state} />
        </h1>
        <p>
          <strong>{detail.number}</strong>
          <span>{kind}</span>
          <span>{c.stages[detail.stage]}</span>
          <span>{detail.unit ?? t.common.unknown}</span>
          <span>
            {c.officers}: {detail.officers.join("、") || t.common.none}
          </span>
        </p>
        <p>
          <span>
            {c.subject}: {detail.subject.name}
          </span>
          <a href={routeText(["cases"], { subject: detail.subject.number || detail.subject.name })}>{c.sameSubject}</a>
          <span class="quiet">
            {detail.closed_at && detail.closed_by ? c.closedAt(when(detail.closed_at), detail.closed_by) : c.opened(when(detail.opened_at), detail.opened_by)}
            {" · "}
            {c.judgedBy(detail.judged_by)}
          </span>
        </p>
      </div>
      <div class="case-buttons">
        {detail.state === "open" && may(session, "case.change") && (
          <button type="button" class="button" onClick={() => ask("edit")}>
            {c.edit}
          </button>
        )}
        {detail.state === "open" && may(session, "case.close") && (
          <button type="button" class={detail.closable ? "button primary" : "button"} onClick={() => ask("close")}>
            <Icon name="checkCircle" size={16} />
            {c.close}
          </button>
        )}
        {detail.state !== "handed-over" && may(session, "case.hand-over") && (
          <button type="button" class="button" onClick={() => ask("hand-over")}>
            <Icon name="out" size={16} />
            {t.handover.button}
          </button>
        )}
        {(detail.state === "closed" || detail.state === "handed-over") && may(session, "case.reopen") && (
          <button type="button" class="button" onClick={() => ask("reopen")}>
            {detail.state === "closed" ? c.reopen : t.handover.supplement}
          </button>
        )}
        {detail.state === "closed" && may(session, "case.close") && (
          <button type="button" class="button primary" onClick={() => ask("archive")}>
            {c.archive}
          </button>
        )}
      </div>
    </header>
  );
}

interface DialogsProps {
  detail: CaseDetail;
  items: Items;
  asking: Asking;
  done: () => void;
  close: () => void;
}

function Dialogs({ detail, items, asking, done, close }: DialogsProps) {
  const { t } = useApp();
  const c = t.cases;
  const { id } = detail;
  const handed = detail.state === "handed-over";
  if (asking === null) return null;
  if (asking === "edit") return <CaseDialog items={items} before={detail} onSaved={done} onClose={close} />;
  if (asking === "close")
    return <ReasonDialog title={c.close} why={c.confirmClose} label={c.note} required={false} submit={c.close} send={(note) => api.moveCase(id, "close", note)} onDone={done} onClose={close} />;
  if (asking === "archive")
    return <ReasonDialog title={c.archive} why={c.archiveWhy} label={c.note} required={false} submit={c.archive} send={(note) => api.moveCase(id, "archive", note)} onDone={done} onClose={close} />;
  if (asking === "hand-over") return <HandoverDialog detail={detail} onDone={done} onClose={close} />;
  if (asking === "reopen")
    return <ReasonDialog title={handed ? t.handover.supplement : c.reopen} why={handed ? t.handover.supplementWhy : c.reopenWhy} label={c.reopenReason} submit={c.reopen} send={(reason) => api.reopenCase(id, reason)} onDone={done} onClose={close} />;
  return <ActivityDialog detail={detail} items={items} before={asking === "activity" ? null : asking} onSaved={done} onClose={close} />;
}
