// Who was handed which seconds of a recording. Asked for only on request: the look-up is itself logged.

import { useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { RecordingDetail, ViewingSummary } from "../api/types";
import { Icon } from "../parts/icon";
import { MiniTimeline } from "../parts/mini-timeline";
import { ErrorNotice } from "../parts/notice";
import { purposeName, useApp } from "../state/app";
import { clockLength, dateTime } from "../time/format";

interface HandedPanelProps {
  detail: RecordingDetail;
  handed: ViewingSummary[] | null;
  setHanded: (handed: ViewingSummary[]) => void;
}

export function HandedPanel({ detail, handed, setHanded }: HandedPanelProps) {
  const { t } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const look = async () => {
    setBusy(true);
    const answer = await api.viewingsOf(detail.id);
    setBusy(false);
    setError(answer.ok ? null : answer.error);
    if (answer.ok) setHanded(answer.value.viewings);
  };
  return (
    <section class="handed" aria-label={t.handed.title}>
      <h2>{t.handed.title}</h2>
      {error && <ErrorNotice error={error} logged />}
      {handed?.length === 0 && <p class="quiet">{t.handed.empty}</p>}
      <ul class="handed-list">
        {handed?.map((viewing) => (
          <Handed key={viewing.id} viewing={viewing} durationMs={detail.duration_ms} />
        ))}
      </ul>
      <div class="button-row">
        <button type="button" class="button" disabled={busy} onClick={() => void look()}>
          <Icon name="log" size={16} />
          {busy ? t.common.loading : t.handed.show}
        </button>
        <span class="quiet">{t.handed.why}</span>
      </div>
    </section>
  );
}

function Handed({ viewing, durationMs }: { viewing: ViewingSummary; durationMs: number }) {
  const { t, site, language } = useApp();
  return (
    <li>
      <div class="handed-who">
        <strong>{viewing.display_name}</strong>
        <span class="quiet">{viewing.account}</span>
        <span class="num quiet">{dateTime(viewing.opened_at, site.timezone).slice(0, 16)}</span>
      </div>
      <p>
        {purposeName(site, viewing.purpose, language)}
        {viewing.case && ` · ${viewing.case}`}
        {viewing.note && <span class="quiet"> — {viewing.note}</span>}
      </p>
      {viewing.scope === "library" ? (
        <p class="quiet">{t.log.library}</p>
      ) : (
        <>
          <MiniTimeline durationMs={durationMs} delivered={viewing.spans} label={viewing.spans.map(([a, b]) => `${clockLength(a)}–${clockLength(b)}`).join(", ")} />
          <p class="num quiet handed-sums">
            <span>
              {t.handed.seconds} {clockLength(viewing.delivered_ms)}
            </span>
            <span>
              {t.handed.rendered} {clockLength(viewing.rendered_ms)}
            </span>
          </p>
        </>
      )}
      {viewing.undelivered_ms > 0 && (
        <p class="form-problem">
          <Icon name="alert" size={16} />
          <span>{t.log.alarm}</span>
        </p>
      )}
    </li>
  );
}
