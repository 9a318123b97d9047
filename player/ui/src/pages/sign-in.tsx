// Sign in: at first, and over a page whose session ended, which keeps what was typed on it.

import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Session } from "../api/types";
import { Icon } from "../parts/icon";
import { LanguageSwitch, ThemeSwitch } from "../parts/switches";
import { Mark } from "../parts/top-bar";
import { useApp } from "../state/app";
import { useEvery, useTitle } from "../state/use";
import { waiting, type Language } from "../time/format";

interface SignInProps {
  ended?: boolean; // the session ran out
  setLanguage: (language: Language) => void;
  onSignedIn: (session: Session) => void;
}

/** A modal dialog, since the page below may have one open. It cannot be sent away. */
export function SignInAgain(props: SignInProps) {
  const { t, session } = useApp();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    const show = () => {
      dialog?.showModal();
      dialog?.querySelector<HTMLInputElement>(session.account ? "input[name=password]" : "input[name=account]")?.focus();
    };
    show();
    dialog?.addEventListener("close", show);
    return () => {
      dialog?.removeEventListener("close", show);
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={box} class="sign-in-again" aria-label={t.signIn.title} onCancel={(event) => event.preventDefault()}>
      <SignInPage {...props} ended />
    </dialog>
  );
}

export function SignInPage({ ended = false, setLanguage, onSignedIn }: SignInProps) {
  const { t, site, session, language } = useApp();
  const [account, setAccount] = useState(session.account);
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [waitS, setWaitS] = useState(0);
  const [problem, setProblem] = useState<"empty" | "wrong" | "other" | null>(null);
  const [said, setSaid] = useState("");
  const secret = useRef<HTMLInputElement>(null);
  useEvery(1000, () => setWaitS((left) => Math.max(0, left - 1)));
  useTitle(t.signIn.title);
  useEffect(() => {
    if (problem === "wrong") secret.current?.select();
  }, [problem]);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!account.trim() || !password) return setProblem("empty");
    setBusy(true);
    const answer = await api.signIn(account.trim(), password);
    setBusy(false);
    if (answer.ok) return onSignedIn(answer.value);
    const { error } = answer;
    if (error.status === 429) {
      setProblem(null);
      return setWaitS(error.retryAfterS ?? 30);
    }
    const [title, remedy] = t.errors[error.code] ?? t.errors.error ?? ["", ""];
    setSaid(`${title} — ${remedy}`);
    setProblem(error.status === 401 ? "wrong" : "other");
  };

  const message =
    waitS > 0
      ? t.signIn.wait(waiting(waitS, language))
      : problem === "empty"
        ? t.signIn.empty
        : problem === "wrong"
          ? t.signIn.wrong
          : problem === "other"
            ? said
            : ended
              ? t.signIn.ended
              : "";

  const secretProps = {
    ref: secret,
    name: "password",
    autoComplete: "current-password",
    value: password,
    onInput: (event: InputEvent) => setPassword((event.currentTarget as HTMLInputElement).value),
  } as const;
  return (
    <div class="sign-in">
      <header class="sign-in-switches">
        <LanguageSwitch setLanguage={setLanguage} />
        <ThemeSwitch />
      </header>
      <main class="sign-in-card">
        <Mark size={52} />
        <h1>{site.name}</h1>
        <p class="quiet">{t.signIn.tagline}</p>
        <form class="form" onSubmit={submit} noValidate>
          <label class="field">
            <span>{t.signIn.account}</span>
            <input
              name="account"
              type="text"
              autoComplete="username"
              autoCapitalize="none"
              spellcheck={false}
              autoFocus
              value={account}
              onInput={(event) => setAccount(event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>{t.signIn.password}</span>
            <div class="with-button">
              {shown ? <input {...secretProps} type="text" /> : <input {...secretProps} type="password" />}
              <button
                type="button"
                class="icon-button small"
                aria-pressed={shown}
                aria-label={shown ? t.signIn.hide : t.signIn.show}
                title={shown ? t.signIn.hide : t.signIn.show}
                onClick={() => setShown(!shown)}
              >
                <Icon name="eye" />
              </button>
            </div>
          </label>
          <p class="form-problem" role="alert" hidden={!message}>
            <Icon name={waitS > 0 ? "clock" : "alert"} />
            <span>{message}</span>
          </p>
          <button type="submit" class="button primary big" disabled={busy || waitS > 0}>
            {busy ? t.signIn.busy : t.signIn.submit}
          </button>
        </form>
        <div class="sign-in-note">
          <p>{t.signIn.note}</p>
          <p>{t.signIn.noAccount}</p>
        </div>
      </main>
      <footer class="quiet">mediad {site.version}</footer>
    </div>
  );
}
