// Nobody sees footage without saying why: asks for purpose, note and case, and opens the viewing.

import { useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";
import type { Scope, StatedPurpose, Viewing } from "../api/types";
import { serverText } from "../i18n/server-texts";
import { useApp } from "../state/app";
import { Dialog } from "./dialog";
import { Icon } from "./icon";

interface PurposeDialogProps {
  scope: Scope;
  recording?: string;
  caseNumber?: string;
  /** The purpose that is chosen already, where one led here; the person still confirms it. */
  suggested?: string;
  onOpened: (viewing: Viewing) => void;
  /** Instead of opening a viewing: for live pictures, which are opened anew when the line breaks. */
  onStated?: (purpose: StatedPurpose) => void;
  onClose: () => void;
}

export function PurposeDialog({ scope, recording, caseNumber: known = "", suggested = "", onOpened, onStated, onClose }: PurposeDialogProps) {
  const { t, language, site, session } = useApp();
  // A purpose of other roles would be refused, and the refusal logged: it is not offered.
  const offered = site.purposes.filter(({ roles }) => roles.length === 0 || roles.some((role) => session.roles.includes(role)));
  const [purpose, setPurpose] = useState(() => (offered.some((each) => each.code === suggested) ? suggested : ""));
  const [note, setNote] = useState("");
  const [caseNumber, setCaseNumber] = useState(known);
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const library = scope === "library";

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!purpose) return setProblem(t.purpose.required);
    setProblem(null);
    const stated: StatedPurpose = { purpose, note: note.trim(), ...(caseNumber.trim() ? { case: caseNumber.trim() } : {}) };
    if (onStated) return onStated(stated);
    setBusy(true);
    const answer = await api.openViewing({ scope, ...stated, ...(recording ? { recording } : {}) });
    setBusy(false);
    if (answer.ok) onOpened(answer.value);
    else setError(answer.error);
  };

  return (
    <Dialog title={library ? t.purpose.titleLibrary : t.purpose.title} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <p class="callout">
          <Icon name="log" />
          <span>{library ? t.purpose.loggedLibrary : t.purpose.logged}</span>
        </p>
        <fieldset class="choices">
          <legend>{t.purpose.purpose}</legend>
          {offered.length === 0 && <p role="alert">{t.purpose.noneForRole}</p>}
          {offered.map((each, index) => (
            <label key={each.code} class={purpose === each.code ? "choice chosen" : "choice"}>
              <input
                type="radio"
                name="purpose"
                value={each.code}
                checked={purpose === each.code}
                autoFocus={index === 0}
                onChange={() => setPurpose(each.code)}
              />
              <span>{each[language]}</span>
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>{t.purpose.note}</span>
          <textarea rows={2} maxLength={500} value={note} placeholder={t.purpose.noteHint} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>
            {t.purpose.case} <small>{t.purpose.caseHint}</small>
          </span>
          <input type="text" maxLength={100} value={caseNumber} onInput={(event) => setCaseNumber(event.currentTarget.value)} />
        </label>
        {(problem || error) && (
          <p class="form-problem" role="alert">
            <Icon name="alert" />
            <span>
              {problem ?? (error?.status === 403 ? `${t.purpose.refused} ` : "")}
              {!problem && error && `${t.errors[error.code]?.[0] ?? t.errors.error?.[0] ?? ""} — ${serverText(error.message, language)}`}
            </span>
          </p>
        )}
        <footer class="form-foot">
          <span class="quiet">
            {t.purpose.who}: {session.display_name}（{session.account}）
          </span>
          <button type="button" class="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy}>
            {busy ? t.purpose.busy : library ? t.purpose.submitLibrary : t.purpose.submit}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
