// One viewing in full: every delivery the server proves, every claim the player made, and what does not match.

import { api } from "../api/client";
import type { Delivery, RenderClaim, SpanPair, ViewingDetail } from "../api/types";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { MiniTimeline } from "../parts/mini-timeline";
import { ErrorNotice } from "../parts/notice";
import { purposeName, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { clockLength, dateTime, position, timeOnly } from "../time/format";
import { without } from "../time/spans";

const pairs = (spans: readonly { start_ms: number; end_ms: number }[]) =>
  spans.map((span): SpanPair => [span.start_ms, span.end_ms]);

export function ViewingDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useApp();
  const { value, error, reload } = useAnswer(id, () => api.viewingDetail(id));
  return (
    <Dialog title={t.log.detailTitle} onClose={onClose} side>
      <div class="dialog-scroll">
        {error && <ErrorNotice error={error} logged retry={reload} />}
        {!value && !error && <p class="quiet pad">{t.common.loading}</p>}
        {value && <Detail viewing={value} />}
      </div>
    </Dialog>
  );
}

function Detail({ viewing }: { viewing: ViewingDetail }) {
  const { t, site, language } = useApp();
  // Each recording counts in a time of its own; a live viewing may hold several.
  const watched = viewing.deliveries.filter(({ item }) => item === "segment" || item === "live");
  const recordings = [...new Set([...watched, ...viewing.claims].map(({ recording }) => recording))];
  const alarm = viewing.undelivered_ms > 0;
  return (
    <div class="viewing-detail">
      <dl class="facts-grid">
        <Fact label={t.log.who} value={`${viewing.display_name}（${viewing.account}） ${viewing.roles.map((role) => t.roles[role] ?? role).join(" · ")}`} />
        <Fact label={t.log.where} value={viewing.address} />
        <Fact label={t.log.why} value={[purposeName(site, viewing.purpose, language), viewing.note].filter(Boolean).join(" — ")} />
        {viewing.case && <Fact label={t.log.caseNo} value={viewing.case} />}
        <Fact
          label={t.log.when}
          value={`${dateTime(viewing.opened_at, site.timezone)} → ${viewing.closed_at ? timeOnly(viewing.closed_at, site.timezone) : t.log.open}${
            viewing.closed_reason ? `（${t.log.closed[viewing.closed_reason] ?? viewing.closed_reason}）` : ""
          }`}
        />
        <div class="fact">
          <dt>{t.log.what}</dt>
          <dd>
            {viewing.recording ? (
              <a href={routeText(["recordings", viewing.recording])}>{viewing.recording_name ?? viewing.recording}</a>
            ) : viewing.channel ? (
              `${t.live.scope} ${viewing.channel}`
            ) : (
              t.log.library
            )}
          </dd>
        </div>
      </dl>
      {alarm && (
        <p class="alarm-box" role="alert">
          <Icon name="alert" size={24} />
          <span>
            <strong>{t.log.alarm}</strong>
            {t.log.alarmWhy(t.log.seconds((viewing.undelivered_ms / 1000).toFixed(1)))}
          </span>
        </p>
      )}
      {recordings.length > 0 && (
        <div class="big-mini">
          {recordings.map((recording) => {
            const delivered = pairs(watched.filter((each) => each.recording === recording));
            const claimed = pairs(viewing.claims.filter((each) => each.recording === recording));
            return (
              <div key={recording}>
                {viewing.channel && <a href={routeText(["recordings", recording])}>{recording}</a>}
                <MiniTimeline durationMs={0} delivered={delivered} rendered={claimed} alarm={alarm ? without(claimed, delivered) : []} label={t.log.spans} />
              </div>
            );
          })}
          <ul class="legend">
            <li>
              <i class="key key-delivered" />
              {t.log.delivered} {clockLength(viewing.delivered_ms)}
            </li>
            <li>
              <i class="key key-rendered" />
              {t.log.rendered} {clockLength(viewing.rendered_ms)}
            </li>
          </ul>
        </div>
      )}
      <Deliveries deliveries={viewing.deliveries} several={viewing.scope !== "recording"} />
      <Claims claims={viewing.claims} />
    </div>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Live windows that join are one line: an hour of watching has 1,800 of them. The entry is that of the first. */
function joined(deliveries: readonly Delivery[]): Delivery[] {
  const lines: Delivery[] = [];
  for (const each of deliveries) {
    const last = lines[lines.length - 1];
    const joins = last?.item === "live" && each.item === "live" && last.recording === each.recording && last.end_ms === each.start_ms;
    if (joins) lines[lines.length - 1] = { ...last, end_ms: each.end_ms };
    else lines.push(each);
  }
  return lines;
}

function Deliveries({ deliveries, several }: { deliveries: Delivery[]; several: boolean }) {
  const { t, site } = useApp();
  return (
    <>
      <h3>
        {t.log.deliveries} <span class="count">{deliveries.length}</span>
      </h3>
      {deliveries.length === 0 && <p class="quiet">{t.log.never}</p>}
      {deliveries.length > 0 && (
        <table class="table small">
          <thead>
            <tr>
              <th>{t.log.when}</th>
              <th>{t.log.what}</th>
              <th class="num">{t.log.spans}</th>
              <th class="num">{t.log.entry}</th>
            </tr>
          </thead>
          <tbody>
            {joined(deliveries).map((each) => (
              <tr key={each.entry} class="plain">
                <td class="num-left">{timeOnly(each.at, site.timezone)}</td>
                <td>
                  {t.log.item[each.item]}
                  {each.seq !== null && ` ${each.seq}`} <span class="quiet">{several ? each.recording : t.log.source[each.source]}</span>
                </td>
                <td class="num">
                  {each.item === "segment" || each.item === "live" ? `${position(each.start_ms)} – ${position(each.end_ms)}` : each.item === "thumbnail" ? position(each.start_ms) : "–"}
                </td>
                <td class="num">
                  <a href={api.entryUrl(each.entry)} target="_blank" rel="noreferrer">
                    {each.entry}
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Claims({ claims }: { claims: RenderClaim[] }) {
  const { t, site } = useApp();
  if (claims.length === 0) return null;
  return (
    <>
      <h3>
        {t.log.claims} <span class="count">{claims.length}</span>
      </h3>
      <table class="table small">
        <thead>
          <tr>
            <th>{t.log.when}</th>
            <th class="num">{t.log.spans}</th>
            <th class="num">{t.log.rate}</th>
            <th>{t.common.state}</th>
          </tr>
        </thead>
        <tbody>
          {claims.map((claim) => (
            <tr key={`${claim.at} ${claim.start_ms} ${claim.end_ms}`} class="plain">
              <td class="num-left">{timeOnly(claim.at, site.timezone)}</td>
              <td class="num">
                {position(claim.start_ms)} – {position(claim.end_ms)}
              </td>
              <td class="num">{claim.rate}×</td>
              <td>{claim.visible ? t.log.visible : t.log.hidden}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
