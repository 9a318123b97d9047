// Parts of forms in dialogs: fields, the foot with its buttons, and saving with the error that came back.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Answer, ApiError } from "../api/client";
import { serverText } from "../i18n/server-texts";
import { useApp } from "../state/app";
import { Dialog } from "./dialog";
import { Icon } from "./icon";

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  required?: boolean;
  whole?: boolean; // takes the form's whole width
  focus?: boolean;
  lines?: number;
  type?: "text" | "datetime-local";
}

export function TextField({ label, value, onChange, hint, required = false, whole = false, focus = false, lines = 1, type = "text" }: TextFieldProps) {
  const shared = { value, required, maxLength: lines > 1 ? 4000 : 200, autoFocus: focus };
  return (
    <label class={whole ? "field whole" : "field"}>
      <span>
        {label} {hint && <small>{hint}</small>}
      </span>
      {lines > 1 ? (
        <textarea rows={lines} {...shared} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : type === "datetime-local" ? (
        <input type="datetime-local" step={1} value={value} required={required} autoFocus={focus} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <input type="text" {...shared} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </label>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [string, string])[];
  whole?: boolean;
}

export function Select({ label, value, onChange, options, whole = false }: SelectProps) {
  return (
    <label class={whole ? "field whole" : "field"}>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Problem({ error }: { error: ApiError }) {
  const { t, language } = useApp();
  return (
    <div class="form-problem" role="alert">
      <Icon name="alert" />
      <div>
        <span>
          {t.errors[error.code]?.[0] ?? t.errors.error?.[0]} — {serverText(error.message, language)}
          {error.remedy && ` ${serverText(error.remedy, language)}`}
        </span>
        {error.findings.length > 0 && (
          <ul>
            {error.findings.map((finding) => (
              <li key={finding.en}>{finding[language]}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

interface FormFootProps {
  busy: boolean;
  error: ApiError | null;
  onClose: () => void;
  submit: string;
  children?: ComponentChildren;
}

export function FormFoot({ busy, error, onClose, submit, children }: FormFootProps) {
  const { t } = useApp();
  return (
    <>
      {error && <Problem error={error} />}
      <footer class="form-foot whole">
        <span class="quiet" />
        <button type="button" class="button" onClick={onClose}>
          {t.common.cancel}
        </button>
        {children}
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? t.cases.busy : submit}
        </button>
      </footer>
    </>
  );
}

/** Carries out one call at a time and keeps the error that came back. */
export function useSaving<T>(done: (value: T) => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const save = async (call: Promise<Answer<T>>) => {
    setBusy(true);
    setError(null);
    const answer = await call;
    setBusy(false);
    if (answer.ok) done(answer.value);
    else setError(answer.error);
  };
  return { busy, error, save };
}

interface ReasonDialogProps {
  title: string;
  label: string;
  why?: string;
  submit: string;
  required?: boolean;
  send: (reason: string) => Promise<Answer<unknown>>;
  onDone: () => void;
  onClose: () => void;
}

/** Asks for a sentence before something is done. */
export function ReasonDialog({ title, label, why, submit, required = true, send, onDone, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  const { busy, error, save } = useSaving<unknown>(onDone);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(send(reason.trim()));
        }}
      >
        {why && <p class="callout">{why}</p>}
        <TextField label={label} value={reason} required={required} onChange={setReason} lines={3} focus />
        <FormFoot busy={busy} error={error} onClose={onClose} submit={submit} />
      </form>
    </Dialog>
  );
}

/** "a, b，c" → ["a", "b", "c"] */
export function names(text: string): string[] {
  return [...new Set(text.split(/[,，、;；\s]+/).map((each) => each.trim()).filter(Boolean))];
}
