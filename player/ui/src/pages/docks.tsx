// The docks: one tile per bay, readable from across the room, live.

import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import { listen, type Link } from "../api/events";
import type { Bay, BayState } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { Icon, type IconName } from "../parts/icon";
import { ErrorNotice, Notice } from "../parts/notice";
import { useApp } from "../state/app";
import { go, routeText } from "../state/route";
import { useOnceReachable } from "../state/use";
import { bytes, dateTime, timeOnly, waiting } from "../time/format";
import { AttemptList } from "./attempts";

const ICONS: Record<BayState, IconName> = {
  absent: "unplug",
  empty: "dock",
  waiting: "clock",
  copying: "download",
  sealing: "seal",
  safe: "checkCircle",
  attention: "alert",
};
const BUSY: readonly BayState[] = ["waiting", "copying", "sealing"];
const SUMMED: readonly BayState[] = ["attention", "safe", "copying", "sealing", "waiting"];

function useBays() {
  const [bays, setBays] = useState<Bay[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [link, setLink] = useState<Link>("connecting");
  const load = () =>
    void api.bays().then((answer) => {
      if (answer.ok) setBays(answer.value.bays);
      setError(answer.ok ? null : answer.error);
    });
  useEffect(() => {
    load();
    const replace = (bay: Bay) =>
      setBays((old) =>
        old?.some((each) => each.name === bay.name)
          ? old.map((each) => (each.name === bay.name ? bay : each))
          : [...(old ?? []), bay],
      );
    return listen({ bay: replace, link: setLink });
  }, []);
  useOnceReachable(error, load);
  return { bays, error, link, load };
}

export function DocksPage({ bay }: { bay: string | null }) {
  const { t } = useApp();
  const { bays, error, link, load } = useBays();
  const opened = bays?.find((each) => each.name === bay);
  return (
    <div class="page docks">
      <header class="page-head">
        <h1>{t.docks.title}</h1>
        {bays && <Summary bays={bays} />}
        <LinkSign link={link} />
      </header>
      {error && !bays && <ErrorNotice error={error} retry={load} />}
      {!bays && !error && <TileSkeletons />}
      {bays?.length === 0 && (
        <Notice icon="dock" title={t.docks.none}>
          {t.docks.noneWhy}
        </Notice>
      )}
      <div class={link === "lost" ? "tiles stale" : "tiles"}>{bays?.map((each) => <Tile key={each.name} bay={each} />)}</div>
      {opened && <AttemptList bay={opened} onClose={() => go(routeText(["docks"]))} />}
    </div>
  );
}

function Summary({ bays }: { bays: Bay[] }) {
  const { t } = useApp();
  const counts = SUMMED.map((state) => [state, bays.filter((bay) => bay.state === state).length] as const);
  return (
    <p class="summary">
      <span>{t.docks.bays(bays.length)}</span>
      {counts
        .filter(([, n]) => n > 0)
        .map(([state, n]) => (
          <span key={state} class={`chip chip-${state}`}>
            <Icon name={ICONS[state]} size={14} />
            {t.docks.counted(n, t.docks.states[state])}
          </span>
        ))}
    </p>
  );
}

function LinkSign({ link }: { link: Link }) {
  const { t } = useApp();
  return (
    <span class={`link link-${link}`} role="status">
      <i />
      {link === "live" ? t.docks.live : link === "lost" ? t.docks.lost : t.docks.connecting}
    </span>
  );
}

function TileSkeletons() {
  return (
    <div class="tiles" aria-hidden="true">
      {[0, 1, 2].map((n) => (
        <div key={n} class="tile skeleton" />
      ))}
    </div>
  );
}

function Tile({ bay }: { bay: Bay }) {
  const { t, site, language } = useApp();
  const says = bay.state === "attention" ? null : bay.reason ? serverText(bay.reason, language) : t.docks.says[bay.state];
  return (
    <article class={`tile tile-${bay.state}`} aria-label={`${bay.label}: ${t.docks.states[bay.state]}`} data-bay={bay.name} data-state={bay.state}>
      <div class="tile-box">
        <header>
          {/* The link covers the tile; its name stays short, and the state is read by itself. */}
          <h2>
            <a class="tile-link" href={routeText(["docks", bay.name])} title={t.docks.open(bay.label)}>
              {bay.label}
            </a>
          </h2>
          <span class="tile-since">{bay.since && `${t.docks.since} ${timeOnly(bay.since, site.timezone).slice(0, 5)}`}</span>
        </header>
        <div class="tile-state" role="status">
          <Icon name={ICONS[bay.state]} size={60} />
          <strong>{t.docks.states[bay.state]}</strong>
          {says && <span>{says}</span>}
        </div>
        {bay.state === "attention" && <Attention bay={bay} />}
        {bay.files_total > 0 && <Progress bay={bay} />}
        <footer>
          {BUSY.includes(bay.state) && bay.current ? (
            <span class="tile-current" title={bay.current}>
              {bay.current.slice(bay.current.lastIndexOf("/") + 1)}
            </span>
          ) : (
            <span>{bay.last_finished_at && `${t.docks.lastFinished} ${dateTime(bay.last_finished_at, site.timezone).slice(0, 16)}`}</span>
          )}
          <Icon name="chevron" size={16} />
        </footer>
      </div>
    </article>
  );
}

function Attention({ bay }: { bay: Bay }) {
  const { t, language } = useApp();
  return (
    <div class="tile-reason">
      <p>{bay.reason ? serverText(bay.reason, language) : t.docks.says.attention}</p>
      <p class="quiet">{t.docks.remedy}</p>
    </div>
  );
}

function Progress({ bay }: { bay: Bay }) {
  const { t, language } = useApp();
  const share = bay.bytes_total > 0 ? Math.min(1, bay.bytes_done / bay.bytes_total) : 0;
  const percent = Math.floor(share * 100);
  return (
    <div class="tile-progress">
      <div class="bar" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} aria-label={bay.label}>
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      <div class="tile-figures">
        <span>
          {t.docks.files(bay.files_done, bay.files_total)}
          {bay.files_failed > 0 && <em>{t.docks.failed(bay.files_failed)}</em>}
        </span>
        <span>
          {bytes(bay.bytes_done)} / {bytes(bay.bytes_total)}
        </span>
      </div>
      {BUSY.includes(bay.state) && (
        <div class="tile-figures">
          <span>{bay.bytes_per_s ? `${t.docks.speed} ${bytes(bay.bytes_per_s)}/s` : ""}</span>
          <span>{bay.seconds_left !== null ? `${t.docks.left} ${waiting(bay.seconds_left, language)}` : ""}</span>
        </div>
      )}
    </div>
  );
}
