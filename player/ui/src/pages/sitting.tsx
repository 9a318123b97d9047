// One sitting: what it was, what of it was recorded, what was marked, and its receipt.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import { listen } from "../api/events";
import type { SittingChannel, SittingDetail, SittingNote } from "../api/room-types";
import type { SpanPair } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { CopyValue } from "../parts/copy";
import { Icon } from "../parts/icon";
import { lanes } from "../parts/note-lanes";
import { ErrorNotice } from "../parts/notice";
import { bars } from "../player/timeline";
import { may, useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer, useEvery, useTitle } from "../state/use";
import { clockLength, dateTime, timeOnly } from "../time/format";
import { NoteDialog } from "./room";
import { NotesList } from "./sitting-notes";
import { SittingState } from "./sittings";

const REFRESH_MS = 5000;

export function SittingPage({ id }: { id: string }) {
  const { t, site } = useApp();
  const { value, error, reload } = useAnswer(id, () => api.sitting(id));
  const [written, setWritten] = useState<SittingDetail | null>(null);
  const detail = written ?? value;
  useTitle(detail && `${detail.room_title} ${dateTime(detail.started_at, site.timezone).slice(0, 16)}`);
  useEffect(() => setWritten(null), [value]);
  // While it goes on, or its recordings are being sealed, there is news.
  const moving = detail && (!detail.ended_at || detail.channels.some((each) => each.recordings.some((one) => !one.sealed)));
  useEvery(REFRESH_MS, () => {
    if (moving) reload();
  });
  useEffect(() => listen({ room: (room) => room.name === value?.room && reload() }), [value?.room]);
  return (
    <div class="page sitting">
      <a class="back" href={routeText(["sittings"])}>
        <Icon name="chevronLeft" size={16} />
        {t.rooms.sitting.back}
      </a>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!detail && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {detail && <Body detail={detail} setDetail={setWritten} />}
    </div>
  );
}

/** Where a second of the sitting can be played: in a sealed recording of the first channel that has it. */
function playable(detail: SittingDetail, atMs: number): string | null {
  for (const channel of detail.channels) {
    const found = channel.recordings.find((each) => each.sealed && atMs >= each.start_ms && atMs < each.end_ms);
    if (found) return routeText(["recordings", found.id], { at: String(Math.max(0, atMs - found.start_ms)) });
  }
  return null;
}

function Body({ detail, setDetail }: { detail: SittingDetail; setDetail: (detail: SittingDetail) => void }) {
  const { t, site, session } = useApp();
  const [noting, setNoting] = useState<string | null>(null);
  const endMs = (detail.ended_at ? Date.parse(detail.ended_at) : api.serverNow()) - Date.parse(detail.started_at);
  const href = (note: SittingNote) => playable(detail, note.at_ms);
  return (
    <>
      <header class="page-head">
        <h1>
          {detail.room_title} · {t.rooms.kinds[detail.kind]}
        </h1>
        <p class="summary">
          <SittingState sitting={detail} />
          {detail.must_record && (
            <span class="chip">
              <Icon name="seal" size={14} />
              {t.rooms.mustRecord}
            </span>
          )}
        </p>
        {detail.ended_at ? (
          <a class="button primary" href={api.receiptUrl(detail.id)} target="_blank" rel="noopener" title={t.rooms.receiptWhy}>
            <Icon name="print" size={16} /> {t.rooms.receipt}
          </a>
        ) : (
          <a class="button" href={routeText(["rooms", detail.room])}>
            <Icon name="room" size={16} /> {t.rooms.open(detail.room_title)}
          </a>
        )}
      </header>
      <section class="card" aria-label={t.rooms.sitting.timeline}>
        <h2>{t.rooms.sitting.timeline}</h2>
        <SittingTimeline detail={detail} endMs={endMs} onPick={may(session, "sitting.note") ? (ms) => setNoting(new Date(Date.parse(detail.started_at) + ms).toISOString()) : null} />
      </section>
      <div class="recording-grid">
        <div class="stage-column">
          <section class="card" aria-label={t.rooms.sitting.recordings}>
            <h2>{t.rooms.sitting.recordings}</h2>
            {detail.channels.map((each) => (
              <Recordings key={each.id} channel={each} detail={detail} endMs={endMs} />
            ))}
          </section>
          <section class="card" aria-label={t.rooms.sitting.gaps}>
            <h2>{t.rooms.sitting.gaps}</h2>
            <Gaps detail={detail} />
          </section>
        </div>
        <aside class="panels">
          <section class="panel">
            <h2>{t.rooms.sitting.marks}</h2>
            <NotesList notes={detail.notes} href={href} />
          </section>
          <section class="panel">
            <h2>{t.rooms.sitting.facts}</h2>
            <dl class="facts-grid">
              <dt>{t.rooms.sittings.begun}</dt>
              <dd class="num">
                {dateTime(detail.started_at, site.timezone)}（{detail.display_name}）
              </dd>
              {detail.ended_at && (
                <>
                  <dt>{t.rooms.sittings.ended}</dt>
                  <dd class="num">
                    {dateTime(detail.ended_at, site.timezone)}（{detail.ended_name}）
                  </dd>
                </>
              )}
              <dt>{t.rooms.sittings.length}</dt>
              <dd class="num">{clockLength(endMs)}</dd>
              <dt>{t.rooms.unit}</dt>
              <dd>{detail.unit ?? t.rooms.sitting.none}</dd>
              <dt>{t.rooms.caseNo}</dt>
              <dd>{detail.case ?? t.rooms.sitting.none}</dd>
              <dt>{t.rooms.activity}</dt>
              <dd class="breakable">{detail.activity || t.rooms.sitting.none}</dd>
              <dt>{t.rooms.people}</dt>
              <dd>
                {detail.people.length === 0
                  ? t.rooms.sitting.none
                  : detail.people.map((each) => (
                      <span key={`${each.name} ${each.role}`} class="block">
                        {each.name} <span class="quiet">{t.rooms.personRoles[each.role]}</span>
                      </span>
                    ))}
              </dd>
            </dl>
          </section>
          {detail.digest && (
            <section class="panel">
              <h2>{t.rooms.sitting.digest}</h2>
              <CopyValue label={t.rooms.sitting.digest} value={detail.digest} />
              <p class="quiet">{t.rooms.sitting.digestWhy}</p>
              <p class="quiet">
                {t.rooms.sitting.entry} <span class="num">{detail.ended_entry}</span>
              </p>
            </section>
          )}
        </aside>
      </div>
      {noting && <NoteDialog sitting={detail.id} at={noting} onClose={() => setNoting(null)} onSaved={setDetail} />}
    </>
  );
}

function coverage(channel: SittingChannel, endMs: number): string {
  const covered = channel.covered.reduce((sum, [from, to]) => sum + to - from, 0);
  const share = endMs > 0 ? Math.min(1, covered / endMs) : 1;
  return channel.gaps.length === 0 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function SittingTimeline({ detail, endMs, onPick }: { detail: SittingDetail; endMs: number; onPick: ((ms: number) => void) | null }) {
  const { t, site } = useApp();
  const end = Math.max(1, endMs);
  const share = (ms: number) => `${Math.max(0, Math.min(100, (ms / end) * 100))}%`;
  const began = Date.parse(detail.started_at);
  const noteLanes = lanes(detail.notes.map((each) => each.at_ms), end);
  const pair = ({ start_ms, end_ms }: { start_ms: number; end_ms: number }): SpanPair => [start_ms, end_ms];
  return (
    <div class="sitting-timeline" role="group" aria-label={t.rooms.sitting.timelineLabel}>
      <div class="st-marks" style={{ "--lanes": Math.max(1, ...noteLanes.map((lane) => lane + 1)) }}>
        {detail.notes.map((each, n) => {
          const style = { left: share(each.at_ms), "--lane": noteLanes[n] };
          const href = playable(detail, each.at_ms);
          const words = `${t.rooms.sitting[each.kind]} ${timeOnly(each.on_at, site.timezone)} ${each.text}`;
          const inner = <Icon name={each.kind === "mark" ? "flag" : "note"} size={15} filled={each.kind === "mark"} />;
          return href ? (
            <a key={each.entry} class={`st-mark st-${each.kind}`} style={style} href={href} title={words} aria-label={words}>
              {inner}
            </a>
          ) : (
            <span key={each.entry} class={`st-mark st-${each.kind}`} style={style} title={words}>
              {inner}
            </span>
          );
        })}
      </div>
      {detail.channels.map((channel) => (
        <div key={channel.id} class="st-row">
          <span class="st-name clip" title={channel.title}>
            {channel.title}
            {channel.required && <small class="required">{t.rooms.required}</small>}
          </span>
          <div
            class={onPick ? "st-bar st-pick" : "st-bar"}
            title={onPick ? t.rooms.sitting.addNote : undefined}
            onDblClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              onPick?.(((event.clientX - box.left) / box.width) * end);
            }}
          >
            <svg viewBox={`0 0 ${end} 100`} preserveAspectRatio="none" role="img" aria-label={`${channel.title}: ${t.rooms.sitting.coverage(coverage(channel, end))}`}>
              <path class="mini-ground" d={bars([[0, end]], 20, 80)} />
              <path class="tl-sealed" d={bars(channel.covered, 20, 80)} />
              <path class="tl-gap" d={bars(channel.gaps.map(pair), 20, 80)} />
            </svg>
            {detail.alarms
              .filter((each) => each.channel === channel.id)
              .map((each) => (
                <span
                  key={each.id}
                  class="st-alarm"
                  style={{ left: share(Date.parse(each.since_at) - began), right: `calc(100% - ${share((each.cleared_at ? Date.parse(each.cleared_at) : began + end) - began)})` }}
                  title={`${t.rooms.alarmKinds[each.kind]} ${timeOnly(each.since_at, site.timezone)}`}
                />
              ))}
          </div>
          <span class="st-share num">{coverage(channel, end)}</span>
        </div>
      ))}
      <div class="st-axis num">
        <span>{timeOnly(detail.started_at, site.timezone)}</span>
        <span>{detail.ended_at ? timeOnly(detail.ended_at, site.timezone) : t.rooms.sittings.going}</span>
      </div>
      <ul class="legend">
        <li>
          <i class="key key-sealed" />
          {t.rooms.sitting.covered}
        </li>
        <li>
          <i class="key key-gap" />
          {t.rooms.sitting.gap}
        </li>
        <li>
          <i class="key key-alarm" />
          {t.rooms.alarms}
        </li>
        <li>
          <Icon name="flag" size={13} filled /> {t.rooms.sitting.mark}
        </li>
        <li>
          <Icon name="note" size={13} /> {t.rooms.sitting.note}
        </li>
      </ul>
    </div>
  );
}

function Recordings({ channel, detail, endMs }: { channel: SittingChannel; detail: SittingDetail; endMs: number }) {
  const { t, language, site } = useApp();
  const clockOf = (ms: number) => timeOnly(Date.parse(detail.started_at) + ms, site.timezone);
  return (
    <div class="sitting-channel">
      <h3>
        {channel.title} <span class="quiet">{t.rooms.sitting.coverage(coverage(channel, endMs))}</span>
      </h3>
      <ul>
        {channel.recordings.map((each) => (
          <li key={each.id} data-recording={each.id} data-sealed={each.sealed}>
            <span class="num">
              {clockOf(each.start_ms)} – {clockOf(each.end_ms)}
            </span>
            {each.sealed ? (
              <a class="button" href={routeText(["recordings", each.id], { at: String(Math.max(0, -each.start_ms)) })}>
                <Icon name="play" size={14} filled /> {t.rooms.sitting.play}
              </a>
            ) : (
              <span class={each.unsealed ? "bad" : "quiet"}>{each.unsealed ? `${t.rooms.unsealed.cannot}${serverText(each.unsealed, language)}` : t.rooms.sitting.notSealed}</span>
            )}
          </li>
        ))}
        {channel.recordings.length === 0 && <li class="quiet">{t.rooms.sitting.none}</li>}
      </ul>
    </div>
  );
}

function Gaps({ detail }: { detail: SittingDetail }) {
  const { t, language, site } = useApp();
  const began = Date.parse(detail.started_at);
  const titles = Object.fromEntries(detail.channels.map((each) => [each.id, each.title]));
  const gaps = detail.channels.flatMap((channel) => channel.gaps.map((gap) => ({ channel, gap }))).sort((a, b) => a.gap.start_ms - b.gap.start_ms);
  return (
    <>
      {gaps.length === 0 ? (
        <p class="quiet calm-line">
          <Icon name="checkCircle" size={16} /> {t.rooms.sitting.noGaps}
        </p>
      ) : (
        <ul class="gap-list">
          {gaps.map(({ channel, gap }) => (
            <li key={`${channel.id} ${gap.start_ms}`}>
              <b>{channel.title}</b>
              <span class="num">
                {timeOnly(began + gap.start_ms, site.timezone)} – {timeOnly(began + gap.end_ms, site.timezone)}
              </span>
              <span class="num bad">{((gap.end_ms - gap.start_ms) / 1000).toFixed(1)} s</span>
              <span>
                {gap.reason ? (t.rooms.sitting.reasons[gap.reason] ?? gap.reason) : t.rooms.sitting.unexplained}
                {gap.detail && <span class="quiet"> {serverText(gap.detail, language)}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {detail.events.length > 0 && (
        <>
          <h3>{t.rooms.sitting.other}</h3>
          <ul class="gap-list">
            {detail.events.map((each) => (
              <li key={`${each.channel} ${each.kind} ${each.from_at}`}>
                <b>{titles[each.channel] ?? each.channel}</b>
                <span class="num">{timeOnly(each.from_at, site.timezone)}</span>
                <span>{t.rooms.sitting.events[each.kind] ?? each.kind}</span>
                <span class="quiet">{serverText(each.detail, language)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
