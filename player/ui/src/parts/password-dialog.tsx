// Changing one's own password.

import { useState } from "preact/hooks";
import { api } from "../api/client";
import { useApp } from "../state/app";
import { Dialog } from "./dialog";
import { FormFoot, useSaving } from "./form";
import { Icon } from "./icon";

interface FieldProps {
  label: string;
  hint?: string;
  value: string;
  complete: "current-password" | "new-password";
  least?: number;
  focus?: boolean;
  onChange: (value: string) => void;
}

function PasswordField({ label, hint, value, complete, least = 1, focus = false, onChange }: FieldProps) {
  return (
    <label class="field whole">
      <span>
        {label} {hint && <small>{hint}</small>}
      </span>
      <input
        type="password"
        required
        minLength={least}
        maxLength={256}
        autoComplete={complete}
        autoFocus={focus}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** `onChanged`: every session of the account has ended, this one too. */
export function PasswordDialog({ onChanged, onClose }: { onChanged: () => void; onClose: () => void }) {
  const { t, session } = useApp();
  const a = t.account;
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const { busy, error, save } = useSaving<void>(onChanged);
  const differ = again !== "" && again !== fresh;
  return (
    <Dialog title={a.password} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (again === fresh) void save(api.changePassword(old, fresh));
        }}
      >
        <p class="quiet whole">{a.why}</p>
        <input type="text" autoComplete="username" value={session.account} readOnly hidden />
        <PasswordField label={a.old} complete="current-password" value={old} onChange={setOld} focus />
        <PasswordField label={a.fresh} hint={a.least} complete="new-password" least={10} value={fresh} onChange={setFresh} />
        <PasswordField label={a.again} complete="new-password" value={again} onChange={setAgain} />
        {differ && (
          <p class="form-problem whole" role="alert">
            <Icon name="alert" />
            {a.differ}
          </p>
        )}
        <FormFoot busy={busy} error={error} onClose={onClose} submit={a.change} />
      </form>
    </Dialog>
  );
}
