// The clocks of all devices: how far each is off, how that is known, and when it jumped.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import type { DeviceClock, Measurement } from "../api/clock-types";
import { Icon } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import { useAnswer } from "../state/use";
import { dateTime } from "../time/format";
import { middle, stretch } from "../time/offset";

// A clock that is off by more moves footage out of what an activity asks for.
const OFF_MS = 3000;

export function ClocksPage() {
  const { t } = useApp();
  const { value, error, busy, reload } = useAnswer("clocks", () => api.clocks());
  const [typed, setTyped] = useState("");
  const c = t.clocks;
  const shown = value?.clocks.filter((each) => each.device.toLowerCase().includes(typed.trim().toLowerCase()));
  return (
    <div class="page clocks">
      <header class="page-head">
        <h1>{c.title}</h1>
        <label class="search">
          <Icon name="search" size={16} />
          <input type="search" value={typed} placeholder={c.search} aria-label={c.search} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      </header>
      <p class="quiet">{c.why}</p>
      {error && <ErrorNotice error={error} retry={reload} />}
      {busy && !value && <p class="quiet">{t.common.loading}</p>}
      {shown?.length === 0 && (
        <Notice icon="clock" title={c.none}>
          {c.noneWhy}
        </Notice>
      )}
      {shown && shown.length > 0 && (
        <ul class="clock-list">
          {shown.map((each) => (
            <ClockRow key={each.device} clock={each} />
          ))}
        </ul>
      )}
    </div>
  );
}

function ClockRow({ clock }: { clock: DeviceClock }) {
  const { t, site } = useApp();
  const c = t.clocks;
  return (
    <li class="clock-row" data-device={clock.device}>
      <details>
        <summary>
          <strong>{clock.device}</strong>
          <Offset measured={clock.latest} />
          <State clock={clock} />
          <span class="quiet num">{clock.latest ? c.measuredAt(dateTime(clock.latest.true_at, site.timezone).slice(0, 16), c.how[clock.latest.how] ?? "") : c.neverMeasured}</span>
          <span class="quiet num">{c.recordings(clock.n_recordings, dateTime(clock.last_received_at, site.timezone).slice(0, 16))}</span>
        </summary>
        <History clock={clock} />
      </details>
    </li>
  );
}

function Offset({ measured }: { measured: Measurement | null }) {
  const { t, language } = useApp();
  const c = t.clocks;
  if (measured?.low_ms == null || measured.high_ms === null) return <span class="clock-offset quiet">{c.unknown}</span>;
  const [at, around] = middle(measured.low_ms, measured.high_ms);
  const off = Math.abs(at) > around + OFF_MS;
  return (
    <span class={off ? "clock-offset clock-off" : "clock-offset"}>
      {Math.abs(at) <= around ? c.right : at > 0 ? c.ahead(stretch(at, language)) : c.behind(stretch(at, language))}
      <small> ± {stretch(around, language)}</small>
    </span>
  );
}

function State({ clock }: { clock: DeviceClock }) {
  const { t } = useApp();
  const c = t.clocks;
  const { believed } = clock.now;
  const bad = believed === "refuted" || believed === "jumped";
  const look = bad ? "chip-bad" : believed === "measured" || believed === "between" ? "chip-safe" : "chip-attention";
  return (
    <span class="clock-states">
      <span class={`chip ${look}`} data-believed={believed}>
        {c.believed[believed]}
      </span>
      {clock.jumps.length > 0 && (
        <span class="chip chip-bad">
          <Icon name="alert" size={14} />
          {c.jumped(clock.jumps.length)}
        </span>
      )}
    </span>
  );
}

function History({ clock }: { clock: DeviceClock }) {
  const { t, site, language } = useApp();
  const c = t.clocks;
  const when = (text: string) => dateTime(text, site.timezone);
  return (
    <div class="clock-history">
      {clock.set_between.map(([from, until]) => (
        <p key={from} class="callout">
          {c.setBetween(when(from), when(until))}
        </p>
      ))}
      {clock.jumps.map((jump) => (
        <p key={jump.after} class="callout callout-bad">
          {c.jumpKinds[jump.kind](when(jump.before_at), when(jump.after_at))}{" "}
          <a href={routeText(["recordings", jump.before])}>{c.before}</a> · <a href={routeText(["recordings", jump.after])}>{c.after}</a>
        </p>
      ))}
      {clock.measurements.length === 0 && <p class="quiet">{c.neverMeasured}</p>}
      <ul class="rows">
        {clock.measurements.map((each) => (
          <li key={`${each.recording} ${each.how}`}>
            <span>{c.how[each.how] ?? each.how}</span>
            <span class="num">{when(each.stated_at)}</span>
            <span>
              {each.low_ms === null || each.high_ms === null ? <AtLeast measured={each} /> : <Offset measured={each} />}
            </span>
            {each.spread_ms !== null && each.spread_ms > OFF_MS && <small class="quiet">{c.spread(stretch(each.spread_ms, language))}</small>}
            <a href={routeText(["recordings", each.recording])}>{c.recording}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function AtLeast({ measured }: { measured: Measurement }) {
  const { t, language } = useApp();
  const low = measured.low_ms ?? 0;
  return <>{low > 0 ? t.clocks.aheadAtLeast(stretch(low, language)) : t.clocks.behindAtMost(stretch(low, language))}</>;
}
