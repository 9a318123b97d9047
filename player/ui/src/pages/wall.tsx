// The live wall: 1, 4 or 9 rooms at a time, each with its picture, state, alarms, sound and elapsed time.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Link } from "../api/events";
import type { Level, Room } from "../api/room-types";
import { serverText } from "../i18n/server-texts";
import { Icon } from "../parts/icon";
import { LiveSlot, WatchButton } from "../parts/live-slot";
import { ErrorNotice, Notice } from "../parts/notice";
import { AlarmChip, Elapsed, LevelBar, stateOf } from "../parts/room-parts";
import { useApp } from "../state/app";
import { useRooms } from "../state/rooms";
import { go, routeText } from "../state/route";

const SIZES = [1, 4, 9] as const;
type Size = (typeof SIZES)[number];
const SIZE_KEY = "mediad.wall";

function storedSize(rooms: number): Size {
  const stored = Number(sessionStorage.getItem(SIZE_KEY));
  return SIZES.find((each) => each === stored) ?? (rooms <= 1 ? 1 : rooms <= 4 ? 4 : 9);
}

export function WallPage() {
  const { t } = useApp();
  const { rooms, levels, error, link, load } = useRooms();
  const [chosen, setChosen] = useState<Size | null>(null);
  const [page, setPage] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const size = chosen ?? storedSize(rooms?.length ?? 9);
  const pages = Math.max(1, Math.ceil((rooms?.length ?? 0) / size));
  const at = Math.min(page, pages - 1);
  const shown = rooms?.slice(at * size, at * size + size) ?? [];

  const resize = (next: Size) => {
    // The room that was first stays on the wall.
    setPage(Math.floor((at * size) / next));
    setChosen(next);
    sessionStorage.setItem(SIZE_KEY, String(next));
  };
  const keys = useRef<(event: KeyboardEvent) => void>(() => undefined);
  keys.current = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
    const wanted = SIZES.find((each) => String(each) === event.key);
    if (wanted) return resize(wanted);
    if (event.key === "PageDown") return setPage(Math.min(pages - 1, at + 1));
    if (event.key === "PageUp") return setPage(Math.max(0, at - 1));
    const columns = Math.sqrt(size);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const tiles = [...(grid.current?.querySelectorAll<HTMLElement>(".room-link") ?? [])];
    if (step === undefined || tiles.length === 0) return;
    const focused = tiles.indexOf(document.activeElement as HTMLElement);
    const next = tiles[focused < 0 ? 0 : focused + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => keys.current(event);
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);

  return (
    <div class="page wall">
      <header class="page-head">
        <h1>{t.rooms.title}</h1>
        {rooms && <WallSummary rooms={rooms} />}
        <WallLink link={link} />
        <WatchButton />
        <div class="segmented" role="group" aria-label={t.rooms.layout}>
          {SIZES.map((each) => (
            <button key={each} type="button" aria-pressed={size === each} title={t.rooms.layouts[each]} onClick={() => resize(each)}>
              {each}
            </button>
          ))}
        </div>
      </header>
      {error && !rooms && <ErrorNotice error={error} retry={load} />}
      {!rooms && !error && <div class="wall-grid wall-4" aria-hidden="true">{[0, 1, 2, 3].map((n) => <div key={n} class="room-tile skeleton" />)}</div>}
      {rooms?.length === 0 && (
        <Notice icon="room" title={t.rooms.none}>
          {t.rooms.noneWhy}
        </Notice>
      )}
      <div ref={grid} class={`wall-grid wall-${size}${link === "lost" ? " stale" : ""}`}>
        {shown.map((room) => (
          <RoomTile key={room.name} room={room} levels={levels} />
        ))}
      </div>
      {rooms && rooms.length > 0 && (
        <footer class="wall-foot">
          <span class="quiet">
            <Icon name="keyboard" size={15} /> {t.rooms.wallKeys}
          </span>
          {pages > 1 && (
            <span class="button-row">
              <button type="button" class="icon-button" aria-label={t.rooms.previous} disabled={at === 0} onClick={() => setPage(at - 1)}>
                <Icon name="chevronLeft" />
              </button>
              {t.rooms.page(at + 1, pages)}
              <button type="button" class="icon-button" aria-label={t.rooms.next} disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
                <Icon name="chevron" />
              </button>
            </span>
          )}
        </footer>
      )}
    </div>
  );
}

function WallSummary({ rooms }: { rooms: Room[] }) {
  const { t } = useApp();
  const alarms = rooms.reduce((sum, each) => sum + each.alarms.length + each.unrecorded.length, 0);
  return (
    <p class="summary">
      <span>{t.rooms.rooms(rooms.length)}</span>
      {alarms > 0 && (
        <span class="chip chip-attention" role="status">
          <Icon name="alert" size={14} />
          {t.rooms.alarmCount(alarms)}
        </span>
      )}
    </p>
  );
}

export function WallLink({ link }: { link: Link }) {
  const { t } = useApp();
  return (
    <span class={`link link-${link}`} role="status">
      <i />
      {link === "live" ? t.docks.live : link === "lost" ? t.docks.lost : t.docks.connecting}
    </span>
  );
}

function RoomTile({ room, levels }: { room: Room; levels: Readonly<Record<string, Level>> }) {
  const { t, language } = useApp();
  const state = stateOf(room);
  const lead = room.channels.find((each) => each.view === "front") ?? room.channels[0];
  const n = room.alarms.length + room.unrecorded.length;
  const alarmed = room.unrecorded.length > 0 || room.alarms.some((each) => !each.acknowledged_by);
  return (
    <article class={`room-tile room-${state}${alarmed ? " room-alarmed" : ""}`} data-room={room.name} data-state={state}>
      {lead && <LiveSlot channel={lead} compact />}
      <div class="room-info">
        <header>
          <h2>
            <a class="room-link" href={routeText(["rooms", room.name])} title={t.rooms.open(room.title)}>
              {room.title}
            </a>
          </h2>
          {room.sitting && <span class="sr">{t.rooms.states[state]}</span>}
          {room.sitting ? <Elapsed since={room.sitting.started_at} /> : <span class="quiet">{t.rooms.states[state]}</span>}
        </header>
        <ul class="room-channels">
          {room.channels.map((each) => (
            <li key={each.id} class={`channel-${each.state}`} title={t.rooms.channelStates[each.state]}>
              <i aria-hidden="true" />
              <span class="clip">{each.title}</span>
              <span class="sr">{t.rooms.channelStates[each.state]}</span>
              <LevelBar level={levels[each.id]} label={each.title} />
            </li>
          ))}
        </ul>
        {(n > 0 || room.unsealed.length > 0) && (
          <p class="room-alarms" role="alert">
            {room.unrecorded.map((each) => (
              <span key={each.id} class="alarm-chip" data-unrecorded={room.name} title={serverText(each.detail, language)}>
                <Icon name="alert" size={14} />
                {t.absences.unrecordedHere}
              </span>
            ))}
            {room.alarms.map((each) => (
              <AlarmChip key={each.id} alarm={each} room={room} />
            ))}
            {room.unsealed.length > 0 && (
              <span class="alarm-chip alarm-known" data-unsealed={room.unsealed.length}>
                <Icon name="seal" size={14} />
                {t.rooms.unsealed.count(room.unsealed.length)}
              </span>
            )}
          </p>
        )}
      </div>
      <button type="button" class="icon-button room-full" title={t.rooms.open(room.title)} aria-label={t.rooms.open(room.title)} tabIndex={-1} onClick={() => go(routeText(["rooms", room.name]))}>
        <Icon name="full" size={16} />
      </button>
    </article>
  );
}
