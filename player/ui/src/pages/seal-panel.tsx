// What is proven about a recording, in words, with the values that others can check.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import { listen } from "../api/events";
import type { Job, RecordingDetail, Seal } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { CopyValue } from "../parts/copy";
import { Icon } from "../parts/icon";
import { ErrorLine, ErrorNotice } from "../parts/notice";
import { useApp } from "../state/app";
import { bytes, dateTime } from "../time/format";

const READING_CHECK_MS = 5000;

interface SealPanelProps {
  detail: RecordingDetail;
  seal: Seal | null;
  setSeal: (seal: Seal) => void;
}

export function SealPanel({ detail, seal, setSeal }: SealPanelProps) {
  const { t, site } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  const check = async () => {
    setBusy(true);
    setError(null);
    const answer = await api.seal(detail.id);
    setBusy(false);
    if (answer.ok) setSeal(answer.value);
    else setError(answer.error);
  };
  const reading = useReading(seal, () => void check());
  const readAgain = async () => {
    setError(null);
    const answer = await api.readAgain(detail.id);
    if (answer.ok) reading.follow(answer.value.check);
    else setError(answer.error);
  };
  useEffect(() => {
    if (!seal) void check();
  }, [detail.id]);

  if (error && !seal) return <ErrorNotice error={error} retry={() => void check()} />;
  if (!seal) return <p class="quiet pad">{t.seal.checking}</p>;
  const good = seal.findings.length === 0 && seal.signature === "ok" && seal.inclusion === "ok";
  const reread = seal.verified_at !== null;
  const [title, why] = !good ? [t.seal.bad, t.seal.badWhy] : reread ? [t.seal.good, t.seal.goodWhy] : [t.seal.quick, t.seal.quickWhy];
  return (
    <section class="seal" aria-label={t.seal.title}>
      <div class={good ? "verdict verdict-good" : "verdict verdict-bad"} role="status">
        <Icon name={good ? "seal" : "alert"} size={34} />
        <div>
          <strong>{title}</strong>
          <p>{why}</p>
        </div>
      </div>
      <Findings seal={seal} />
      {reading.job && <Reading job={reading.job} />}
      <Steps seal={seal} />
      <p class="quiet">
        {t.seal.sealedAt} {dateTime(seal.sealed_at, site.timezone)}
        <br />
        {t.seal.verifiedAt} {seal.verified_at ? dateTime(seal.verified_at, site.timezone) : t.seal.never}
      </p>
      {error && <ErrorLine error={error} />}
      <div class="button-row">
        <button type="button" class="button primary" disabled={busy} onClick={() => void check()}>
          {busy ? t.seal.checking : t.seal.check}
        </button>
        <button type="button" class="button" disabled={reading.job !== null && underWay(reading.job)} onClick={() => void readAgain()}>
          {t.seal.full}
        </button>
      </div>
    </section>
  );
}

const underWay = (job: Job) => job.state === "queued" || job.state === "running";

/** The reading of the original that is under way or could not be carried out; `answered` is called at its end. */
function useReading(seal: Seal | null, answered: () => void): { job: Job | null; follow: (job: Job) => void } {
  const [told, setTold] = useState<Job | null>(null);
  // What came last: the seal's answer is older than what the events have told since.
  const job = told ?? seal?.check ?? null;
  const busy = job !== null && underWay(job);
  const id = seal?.recording;
  const latest = useRef(answered);
  latest.current = answered;
  useEffect(() => {
    if (!busy) return;
    const follow = (each: Job) => {
      if (each.kind !== "seal-check" || each.recording !== id) return;
      setTold(each);
      if (!underWay(each)) latest.current();
    };
    // An event may have passed before the stream was open.
    const lookAgain = window.setInterval(() => latest.current(), READING_CHECK_MS);
    const end = listen({ job: follow });
    return () => {
      window.clearInterval(lookAgain);
      end();
    };
  }, [busy, id]);
  useEffect(() => {
    if (seal?.check && !underWay(seal.check)) setTold(seal.check);
  }, [seal]);
  return { job: job && job.state !== "done" ? job : null, follow: setTold };
}

function Reading({ job }: { job: Job }) {
  const { t, language } = useApp();
  const percent = Math.floor(job.progress * 100);
  if (job.state === "failed") {
    return (
      <p class="form-problem" role="alert">
        <Icon name="alert" />
        <span>
          {t.seal.fullFailed} {job.reason && serverText(job.reason, language)}
        </span>
      </p>
    );
  }
  return (
    <div class="callout reading" role="status">
      <span>{job.state === "queued" ? t.seal.fullQueued : t.seal.fullRunning}</span>
      <div class="bar" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} aria-label={t.seal.full}>
        <div style={{ transform: `scaleX(${percent / 100})` }} />
      </div>
      <span class="num">{percent}%</span>
    </div>
  );
}

function Findings({ seal }: { seal: Seal }) {
  const { t, language } = useApp();
  if (seal.findings.length === 0) return null;
  return (
    <ul class="findings" aria-label={t.seal.findings}>
      {seal.findings.map((finding) => (
        <li key={`${finding.code} ${finding.seq} ${finding.message}`}>
          <Icon name="alert" size={16} />
          <span>{serverText(finding.message, language)}</span>
        </li>
      ))}
    </ul>
  );
}

function Steps({ seal }: { seal: Seal }) {
  const { t } = useApp();
  const { steps, values } = t.seal;
  const signed = seal.signature === "ok";
  const included = seal.inclusion === "ok";
  const originalBroken = seal.findings.some(({ code }) => code.includes("original"));
  const segmentsBroken = seal.findings.some(({ code, seq }) => code.includes("segment") || typeof seq === "number");
  return (
    <ol class="steps">
      <Step ok={!originalBroken} open={!originalBroken && seal.verified_at === null && t.seal.notReread} title={steps.original} says={steps.originalSays(bytes(seal.size_bytes))}>
        <CopyValue label={values.original} value={seal.original} />
      </Step>
      <Step ok={!segmentsBroken} open={!segmentsBroken && !signed && t.seal.unproven} title={steps.segments} says={seal.n_segments > 0 ? steps.segmentsSays(seal.n_segments) : t.seal.none}>
        <CopyValue label={values.root} value={seal.segments_root} />
      </Step>
      <Step ok={signed} title={steps.signature} says={steps.signatureSays}>
        <CopyValue label={values.manifest} value={seal.manifest} />
        <CopyValue label={values.keyid} value={seal.keyid} />
      </Step>
      <Step ok={included} title={steps.entry} says={steps.entrySays(seal.entry, seal.ledger_size)} />
      <Step ok open={!included && t.seal.unproven} title={steps.checkpoint} says={steps.checkpointSays}>
        <CopyValue label={values.checkpoint} value={seal.checkpoint} />
      </Step>
    </ol>
  );
}

interface StepProps {
  ok: boolean;
  open?: string | false; // neither proven nor disproven by this check: why
  title: string;
  says: string;
  children?: preact.ComponentChildren;
}

function Step({ ok, open = false, title, says, children }: StepProps) {
  const { t } = useApp();
  return (
    <li class={`step ${open ? "step-open" : ok ? "step-ok" : "step-bad"}`}>
      <span class="step-sign">
        <Icon name={open ? "clock" : ok ? "check" : "close"} size={15} />
      </span>
      <div>
        <h3>
          {title} <small>{open || (ok ? t.seal.ok : t.seal.broken)}</small>
        </h3>
        <p>{says}</p>
        {children}
      </div>
    </li>
  );
}
