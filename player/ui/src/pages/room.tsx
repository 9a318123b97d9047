// One room: its pictures, and what is done in it: begin, mark, note, end, receipt.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Level, Room, RunningAlarm, SittingDetail } from "../api/room-types";
import { serverText } from "../i18n/server-texts";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { LiveSlot } from "../parts/live-slot";
import { ErrorNotice, Notice } from "../parts/notice";
import { AlarmChip, CHANNEL_ICONS, Elapsed, LevelBar, channelTitle, stateOf } from "../parts/room-parts";
import { UnsealedPanel } from "../parts/unsealed-panel";
import { may, useApp } from "../state/app";
import { useRooms } from "../state/rooms";
import { routeText } from "../state/route";
import { useTitle } from "../state/use";
import { clockLength, timeOnly } from "../time/format";
import { NotesList } from "./sitting-notes";
import { StartDialog } from "./start-dialog";
import { WallLink } from "./wall";

/** The sitting of a room with its notes; asked anew whenever the room tells something: somebody else wrote in it. */
function useSitting(id: string | null, allowed: boolean, room: Room) {
  const [sitting, setSitting] = useState<SittingDetail | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    if (!id || !allowed) return;
    void api.sitting(id).then((answer) => {
      if (answer.ok) setSitting(answer.value);
      else setError(answer.error);
    });
  }, [id, allowed, room]);
  return { sitting, setSitting, error, setError };
}

export function RoomPage({ name }: { name: string }) {
  const { t } = useApp();
  const { rooms, levels, error, link, load } = useRooms();
  const room = rooms?.find((each) => each.name === name);
  useTitle(room?.title ?? null);
  return (
    <div class="page room-page">
      <a class="back" href={routeText(["rooms"])}>
        <Icon name="chevronLeft" size={16} />
        {t.rooms.back}
      </a>
      {error && !rooms && <ErrorNotice error={error} retry={load} />}
      {!rooms && !error && <div class="recording-skeleton skeleton" aria-hidden="true" />}
      {rooms && !room && <Notice icon="room" title={t.rooms.missing} />}
      {room && (
        <>
          <header class="page-head">
            <h1>{room.title}</h1>
            <RoomSigns room={room} />
            <WallLink link={link} />
          </header>
          <RoomBody room={room} levels={levels} />
        </>
      )}
    </div>
  );
}

function RoomSigns({ room }: { room: Room }) {
  const { t } = useApp();
  const state = stateOf(room);
  return (
    <p class="summary">
      {room.unit && <span>{room.unit}</span>}
      <span class={`chip room-chip-${state}`} data-state={state}>
        {t.rooms.states[state]}
      </span>
      {(room.sitting?.must_record ?? room.must_record) && (
        <span class="chip">
          <Icon name="seal" size={14} />
          {t.rooms.mustRecord}
        </span>
      )}
      {room.sitting && <Elapsed since={room.sitting.started_at} />}
    </p>
  );
}

function RoomBody({ room, levels }: { room: Room; levels: Readonly<Record<string, Level>> }) {
  const { t, session } = useApp();
  const [chosen, setChosen] = useState(0);
  const channel = room.channels[Math.min(chosen, room.channels.length - 1)];
  const running = room.sitting?.id ?? null;
  const reads = may(session, "sitting.read");
  const [last, setLast] = useState<string | null>(null); // the sitting that ended while this page was open
  useEffect(() => {
    if (running) setLast(running);
  }, [running]);
  const held = useSitting(running ?? last, reads, room);
  const keys = useRef<(event: KeyboardEvent) => void>(() => undefined);
  keys.current = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
    const index = Number(event.key) - 1;
    if (room.channels[index]) setChosen(index);
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => keys.current(event);
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <div class="recording-grid">
      <div class="stage-column">
        {channel && (
          <div class="room-stage">
            <LiveSlot channel={channel} />
          </div>
        )}
        <ChannelTabs room={room} levels={levels} chosen={chosen} choose={setChosen} />
        {running ? (
          <Running room={room} id={running} sitting={held.sitting?.id === running ? held.sitting : null} setSitting={held.setSitting} />
        ) : (
          <Idle room={room} ended={last && held.sitting?.id === last ? held.sitting : null} />
        )}
      </div>
      <aside class="panels room-side">
        <AlarmsPanel room={room} />
        <UnsealedPanel room={room} />
        {reads && running && held.sitting?.id === running && (
          <section class="panel" aria-label={t.rooms.sitting.marks}>
            <h2>{t.rooms.sitting.marks}</h2>
            <NotesList notes={held.sitting.notes} />
          </section>
        )}
        {held.error && <ErrorNotice error={held.error} />}
      </aside>
    </div>
  );
}

function ChannelTabs({ room, levels, chosen, choose }: { room: Room; levels: Readonly<Record<string, Level>>; chosen: number; choose: (n: number) => void }) {
  const { t, language } = useApp();
  return (
    <ul class="channel-tabs" aria-label={t.rooms.channels}>
      {room.channels.map((each, index) => (
        <li key={each.id}>
          <button type="button" class={`channel-tab channel-${each.state}`} aria-pressed={chosen === index} data-channel={each.id} data-state={each.state} onClick={() => choose(index)}>
            <span class="channel-name">
              <kbd>{index + 1}</kbd>
              <b class="clip">{each.title}</b>
              <small>{t.rooms.view[each.view]}</small>
              {each.required && <small class="required">{t.rooms.required}</small>}
            </span>
            <span class="channel-state">
              <Icon name={CHANNEL_ICONS[each.state]} size={15} />
              {t.rooms.channelStates[each.state]}
              {each.width > 0 && <small class="num">{`${each.width}×${each.height}`}</small>}
            </span>
            {each.reason && <span class="channel-reason">{serverText(each.reason, language)}</span>}
            <LevelBar level={levels[each.id]} label={each.title} />
          </button>
        </li>
      ))}
    </ul>
  );
}

interface RunningProps {
  room: Room;
  id: string;
  sitting: SittingDetail | null;
  setSitting: (sitting: SittingDetail) => void;
}

function Running({ room, id, sitting, setSitting }: RunningProps) {
  const { t, language, session, site } = useApp();
  const [noting, setNoting] = useState<string | null>(null); // the second that is meant
  const [stopping, setStopping] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const runs = may(session, "sitting.run");
  const notes = may(session, "sitting.note");

  const mark = async () => {
    setError(null);
    const answer = await api.markSitting(id, "");
    if (!answer.ok) return setError(answer.error);
    setSitting(answer.value);
    const newest = answer.value.notes.filter((each) => each.kind === "mark").reduce((a, b) => (a.entry > b.entry ? a : b));
    setSaid(t.rooms.marked(timeOnly(newest.on_at, site.timezone)));
  };
  const begin = () => setNoting(new Date(api.serverNow()).toISOString());
  const keys = useRef<(event: KeyboardEvent) => void>(() => undefined);
  keys.current = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || (event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
    const key = event.key.toLowerCase();
    if (key === "m" && runs) void mark();
    else if (key === "n" && notes) begin();
    else return;
    event.preventDefault();
    // M is the mark here, and not the live player's mute.
    event.stopImmediatePropagation();
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => keys.current(event);
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  }, []);

  return (
    <section class="card running" aria-label={t.rooms.running}>
      <div class="running-head">
        <div>
          <h2>
            {room.sitting && t.rooms.kinds[room.sitting.kind]}
            {sitting?.case && <span class="quiet"> · {sitting.case}</span>}
          </h2>
          {sitting && <p>{sitting.activity}</p>}
          {sitting && sitting.people.length > 0 && (
            <p class="quiet">{sitting.people.map((each) => t.rooms.personAs(each.name, t.rooms.personRoles[each.role] ?? each.role)).join("　")}</p>
          )}
        </div>
        {sitting && (
          <a class="quiet" href={routeText(["sittings", sitting.id])}>
            {t.rooms.toSitting}
          </a>
        )}
      </div>
      <div class="button-row">
        {runs && (
          <button type="button" class="button big primary" onClick={() => void mark()}>
            <Icon name="flag" /> {t.rooms.mark} <kbd>M</kbd>
          </button>
        )}
        {notes && (
          <button type="button" class="button big" onClick={begin}>
            <Icon name="note" /> {t.rooms.note} <kbd>N</kbd>
          </button>
        )}
        <output class="said" aria-live="polite">
          {said}
        </output>
        {runs && (
          <button type="button" class="button big danger" onClick={() => setStopping(true)}>
            <Icon name="stop" /> {t.rooms.stop}
          </button>
        )}
      </div>
      {!runs && !notes && <p class="quiet">{t.rooms.cannotRun}</p>}
      {error && (
        <p class="form-problem" role="alert">
          <Icon name="alert" />
          <span>{serverText(error.message, language)}</span>
        </p>
      )}
      {noting && <NoteDialog sitting={id} at={noting} onClose={() => setNoting(null)} onSaved={setSitting} />}
      {stopping && <StopDialog id={id} since={room.sitting?.started_at ?? null} onClose={() => setStopping(false)} onEnded={setSitting} />}
    </section>
  );
}

interface NoteDialogProps {
  sitting: string;
  at: string;
  onSaved: (sitting: SittingDetail) => void;
  onClose: () => void;
}

export function NoteDialog({ sitting, at, onSaved, onClose }: NoteDialogProps) {
  const { t, language, site } = useApp();
  const [text, setText] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    setBusy(true);
    const answer = await api.noteSitting(sitting, text.trim(), at);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    onSaved(answer.value);
    onClose();
  };
  return (
    <Dialog title={t.rooms.noteAt(timeOnly(at, site.timezone))} onClose={onClose}>
      <form class="form" onSubmit={save}>
        <label class="field">
          <span>{t.rooms.noteText}</span>
          <textarea rows={3} maxLength={2000} autoFocus value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        {error && (
          <p class="form-problem" role="alert">
            <Icon name="alert" />
            <span>{serverText(error.message, language)}</span>
          </p>
        )}
        <footer class="form-foot">
          <span />
          <button type="button" class="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy || !text.trim()}>
            {t.rooms.noteSave}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function StopDialog({ id, since, onEnded, onClose }: { id: string; since: string | null; onEnded: (sitting: SittingDetail) => void; onClose: () => void }) {
  const { t, language } = useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    setError(null);
    const answer = await api.endSitting(id);
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    onEnded(answer.value);
    onClose();
  };
  return (
    <Dialog title={t.rooms.stopTitle} onClose={busy ? () => undefined : onClose}>
      <div class="form">
        <p>{t.rooms.stopWhy}</p>
        {since && (
          <p class="quiet">
            {t.rooms.elapsed} <b class="num">{clockLength(api.serverNow() - Date.parse(since))}</b>
          </p>
        )}
        {error && (
          <p class="form-problem" role="alert">
            <Icon name="alert" />
            <span>{serverText(error.message, language)}</span>
          </p>
        )}
        <footer class="form-foot">
          <span class="quiet" role="status">
            {busy && t.rooms.stopping}
          </span>
          <button type="button" class="button" disabled={busy} autoFocus onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="button" class="button danger" disabled={busy} onClick={() => void stop()}>
            {t.rooms.stopConfirm}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}

function Idle({ room, ended }: { room: Room; ended: SittingDetail | null }) {
  const { t, session } = useApp();
  const [asking, setAsking] = useState(false);
  return (
    <section class="card idle" aria-label={t.rooms.start}>
      {ended?.ended_at && (
        <div class="ended" role="status">
          <Icon name="checkCircle" size={26} />
          <div>
            <strong>{t.rooms.ended}</strong>
            <p class="quiet">{t.rooms.receiptWhy}</p>
          </div>
          <a class="button primary" href={api.receiptUrl(ended.id)} target="_blank" rel="noopener">
            <Icon name="print" size={16} /> {t.rooms.receipt}
          </a>
          <a class="button" href={routeText(["sittings", ended.id])}>
            {t.rooms.toSitting}
          </a>
        </div>
      )}
      {may(session, "sitting.run") ? (
        <button type="button" class="button big primary" onClick={() => setAsking(true)}>
          <Icon name="record" /> {t.rooms.start}
        </button>
      ) : (
        <p class="quiet">{t.rooms.cannotRun}</p>
      )}
      {/* The room itself tells what follows. */}
      {asking && <StartDialog room={room} onClose={() => setAsking(false)} onStarted={() => setAsking(false)} />}
    </section>
  );
}

function AlarmsPanel({ room }: { room: Room }) {
  const { t, session } = useApp();
  const allowed = may(session, "alarm.ack");
  return (
    <section class="panel alarms-panel" aria-label={t.rooms.alarms}>
      <h2>{t.rooms.alarms}</h2>
      {room.alarms.length === 0 ? (
        <p class="quiet calm-line">
          <Icon name="checkCircle" size={16} /> {t.rooms.noAlarms}
        </p>
      ) : (
        <ul>
          {room.alarms.map((each) => (
            <AlarmLine key={each.id} alarm={each} room={room} allowed={allowed} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AlarmLine({ alarm, room, allowed }: { alarm: RunningAlarm; room: Room; allowed: boolean }) {
  const { t, language, site } = useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const acknowledge = async () => {
    setBusy(true);
    const answer = await api.acknowledge(alarm.id, "");
    setBusy(false);
    setError(answer.ok ? null : answer.error);
  };
  return (
    <li class={alarm.acknowledged_by ? "alarm-line alarm-known" : "alarm-line"} data-alarm={alarm.kind}>
      <AlarmChip alarm={alarm} room={room} />
      <p>{serverText(alarm.detail, language)}</p>
      <p class="quiet">
        {channelTitle(room, alarm.channel)} · {t.rooms.since} <span class="num">{timeOnly(alarm.since_at, site.timezone)}</span> · {t.rooms.goingOn}
      </p>
      {alarm.acknowledged_by ? (
        <p class="quiet">{t.rooms.acknowledgedBy(alarm.acknowledged_by)}</p>
      ) : (
        allowed && (
          <button type="button" class="button" disabled={busy} onClick={() => void acknowledge()}>
            <Icon name="check" size={15} /> {t.rooms.acknowledge}
          </button>
        )
      )}
      {error && <p class="bad">{serverText(error.message, language)}</p>}
    </li>
  );
}
