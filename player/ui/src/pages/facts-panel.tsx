// Everything that is known about an original, and who says so.

import type { ComponentChildren } from "preact";
import type { RecordingDetail, Track } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { KeptPanel } from "./kept-panel";
import { CopyValue } from "../parts/copy";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";
import { ClockPanel } from "./clock-panel";
import { bytes, clockLength, dateTime } from "../time/format";

export function FactsPanel({ detail }: { detail: RecordingDetail }) {
  const { t, site, language } = useApp();
  const f = t.facts;
  const origin = (field: string) => {
    const source = detail.origins[field];
    return source ? <small class="origin">{f.source(f.fieldOrigins[source] ?? source)}</small> : null;
  };
  const fact = (label: string, value: ComponentChildren, field = "") => (
    <div class="fact">
      <dt>{label}</dt>
      <dd>
        {value ?? <span class="quiet">{t.common.unknown}</span>}
        {field && origin(field)}
      </dd>
    </div>
  );
  return (
    <section class="facts" aria-label={f.title}>
      <Warnings detail={detail} />
      <KeptPanel id={detail.id} />
      <dl>
        {fact(f.officer, detail.officer, "officer")}
        {fact(f.unit, detail.unit, "unit")}
        {fact(f.device, detail.device, "device")}
        {fact(f.sequence, detail.sequence, "sequence")}
        {detail.duration_ms > 0 && fact(f.duration, clockLength(detail.duration_ms))}
        {fact(f.size, bytes(detail.size_bytes))}
        {detail.width > 0 && fact(f.picture, `${detail.width} × ${detail.height}`)}
        {(detail.video_codec || detail.audio_codec) && fact(f.codecs, [detail.video_codec, detail.audio_codec].filter(Boolean).join(" + "))}
        {fact(f.received, dateTime(detail.received_at, site.timezone))}
        {fact(f.bay, detail.bay)}
        {fact(f.path, <span class="breakable">{detail.path}</span>)}
        {fact(f.profile, detail.profile)}
      </dl>
      <h3>{f.times}</h3>
      <ul class="rows">
        {detail.times.map((time) => (
          <li key={`${time.origin} ${time.value}`} class={time.origin === detail.started_at_origin ? "believed" : ""}>
            <span>{f.timeOrigins[time.origin] ?? time.origin}</span>
            <span class="num">{dateTime(time.value, site.timezone)}</span>
            {time.origin === detail.started_at_origin && <span class="chip chip-good">{f.believed}</span>}
            {time.note && <small class="quiet">{serverText(time.note, language)}</small>}
          </li>
        ))}
      </ul>
      {(detail.kind === "video" || detail.kind === "audio") && <ClockPanel recording={detail.id} />}
      {detail.tracks.length > 0 && (
        <>
          <h3>{f.tracks}</h3>
          <ul class="rows">
            {detail.tracks.map((track) => (
              <li key={track.number}>
                <span>{f.trackKinds[track.kind] ?? track.kind}</span>
                <span class="num">{trackLine(track)}</span>
                <small class="quiet">{f.units(track.n_au)}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      {detail.sidecars.length > 0 && (
        <>
          <h3>{f.sidecars}</h3>
          <ul class="rows">
            {detail.sidecars.map((sidecar) => (
              <li key={sidecar.name}>
                <span>{f.sidecarKinds[sidecar.kind] ?? sidecar.kind}</span>
                <span class="breakable">{sidecar.name}</span>
                <small class="quiet">{bytes(sidecar.size_bytes)}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{f.sources}</h3>
      <ul class="rows">
        {detail.sources.map((source) => (
          <li key={`${source.bay}/${source.path} ${source.seen_at}`}>
            <span>{source.bay}</span>
            <span class="breakable">{source.path}</span>
            <small class="quiet">
              {dateTime(source.seen_at, site.timezone)} · {source.cleared_at ? f.cleared : f.kept}
            </small>
          </li>
        ))}
      </ul>
      <CopyValue label={f.id} value={detail.id} />
    </section>
  );
}

function Warnings({ detail }: { detail: RecordingDetail }) {
  const { t, language } = useApp();
  if (detail.warnings.length === 0) return null;
  return (
    <div class="warning-box">
      <h3>
        <Icon name="alert" size={16} />
        {t.facts.warnings}
      </h3>
      <ul>
        {detail.warnings.map((warning) => (
          <li key={warning}>{serverText(warning, language)}</li>
        ))}
      </ul>
    </div>
  );
}

function trackLine(track: Track): string {
  const parts = [track.codec_string || track.codec];
  if (track.width) parts.push(`${track.width}×${track.height}${track.rotation_deg ? ` ↻${track.rotation_deg}°` : ""}`);
  if (track.sample_rate) parts.push(`${(track.sample_rate / 1000).toFixed(1)} kHz × ${track.channels}`);
  return parts.join(" · ");
}
