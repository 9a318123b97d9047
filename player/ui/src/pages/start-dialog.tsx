// Begins a sitting: what for, which case, who is there. The rules are the server's; the words of its refusal are shown.

import { useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Person, PersonRole, Room, SittingKind } from "../api/room-types";
import { serverText } from "../i18n/server-texts";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { useApp } from "../state/app";

const KINDS: readonly SittingKind[] = ["inquiry", "interrogation", "hearing", "statement", "identification", "mediation", "other"];
const ROLES: readonly PersonRole[] = ["party", "officer", "recorder", "interpreter", "guardian", "lawyer", "witness", "other"];
const MOST_PEOPLE = 20;

interface StartDialogProps {
  room: Room;
  onStarted: (sitting: string) => void;
  onClose: () => void;
}

export function StartDialog({ room, onStarted, onClose }: StartDialogProps) {
  const { t, language, session } = useApp();
  const [kind, setKind] = useState<SittingKind | "">("");
  const [caseNumber, setCaseNumber] = useState("");
  const [activity, setActivity] = useState("");
  const [people, setPeople] = useState<Person[]>([
    { name: "", role: "party" },
    { name: session.roles.includes("officer") ? session.display_name : "", role: "officer" },
  ]);
  const [must, setMust] = useState(room.must_record);
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const missing = room.channels.filter((each) => each.required && each.state !== "ready" && each.state !== "recording");

  const change = (index: number, part: Partial<Person>) =>
    setPeople((old) => old.map((each, n) => (n === index ? { ...each, ...part } : each)));
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(null);
    if (!kind) return setProblem(t.rooms.kindMissing);
    // Lines that were only offered may stay empty; one that somebody is known to be of may not be half filled in.
    const named = people.filter((each) => each.name.trim());
    setProblem(null);
    setBusy(true);
    const answer = await api.startSitting(room.name, {
      kind,
      activity: activity.trim(),
      people: named.map((each) => ({ name: each.name.trim(), role: each.role })),
      must_record: must,
      ...(caseNumber.trim() ? { case: caseNumber.trim() } : {}),
    });
    setBusy(false);
    if (answer.ok) onStarted(answer.value.id);
    else setError(answer.error);
  };

  return (
    <Dialog title={t.rooms.startTitle(room.title)} onClose={onClose} wide>
      <form class="form start-form" onSubmit={submit} noValidate>
        <p class="callout">
          <Icon name="record" />
          <span>{t.rooms.startWhy}</span>
        </p>
        <fieldset class="choices choices-row">
          <legend>{t.rooms.kind}</legend>
          {KINDS.map((each, index) => (
            <label key={each} class={kind === each ? "choice chosen" : "choice"}>
              <input type="radio" name="kind" value={each} checked={kind === each} autoFocus={index === 0} onChange={() => setKind(each)} />
              <span>{t.rooms.kinds[each]}</span>
            </label>
          ))}
        </fieldset>
        <div class="form-pair">
          <label class="field">
            <span>
              {t.rooms.caseNo} <small>{t.rooms.caseHint}</small>
            </span>
            <input type="text" name="case" maxLength={100} value={caseNumber} onInput={(event) => setCaseNumber(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>{t.rooms.activity}</span>
            <input type="text" name="activity" maxLength={500} placeholder={t.rooms.activityHint} value={activity} onInput={(event) => setActivity(event.currentTarget.value)} />
          </label>
        </div>
        <fieldset class="people">
          <legend>{t.rooms.people}</legend>
          {people.map((person, index) => (
            <div key={index} class="person-row">
              <input type="text" maxLength={100} aria-label={t.rooms.person} placeholder={t.rooms.person} value={person.name} onInput={(event) => change(index, { name: event.currentTarget.value })} />
              <select aria-label={t.rooms.role} value={person.role} onChange={(event) => change(index, { role: event.currentTarget.value as PersonRole })}>
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {t.rooms.personRoles[role]}
                  </option>
                ))}
              </select>
              <button type="button" class="icon-button" aria-label={t.rooms.removePerson(person.name)} title={t.rooms.removePerson(person.name)} onClick={() => setPeople((old) => old.filter((_, n) => n !== index))}>
                <Icon name="close" size={16} />
              </button>
            </div>
          ))}
          {people.length < MOST_PEOPLE && (
            <button type="button" class="button quiet-button" onClick={() => setPeople((old) => [...old, { name: "", role: "party" }])}>
              <Icon name="user" size={15} /> {t.rooms.addPerson}
            </button>
          )}
        </fieldset>
        <label class="check-line">
          <input type="checkbox" checked={must} disabled={room.must_record} onChange={(event) => setMust(event.currentTarget.checked)} />
          <span>{t.rooms.mustRecordAsk}</span>
        </label>
        {must && missing.length > 0 && (
          <div class="form-problem" role="status">
            <Icon name="alert" />
            <span>
              {t.rooms.notReady}
              {missing.map((each) => (
                <b key={each.id} class="block">
                  {each.title}: {each.reason ? serverText(each.reason, language) : t.rooms.channelStates[each.state]}
                </b>
              ))}
            </span>
          </div>
        )}
        {(problem || error) && (
          <p class="form-problem" role="alert">
            <Icon name="alert" />
            <span>{problem ?? (error && serverText(`${error.message} ${error.remedy ?? ""}`, language))}</span>
          </p>
        )}
        <footer class="form-foot">
          <span class="quiet">
            {t.rooms.sittings.by}: {session.display_name}（{session.account}）
          </span>
          <button type="button" class="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? t.rooms.starting : t.rooms.start}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
