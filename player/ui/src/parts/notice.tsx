// Empty, loading and error states: what happened, and what the reader can do.

import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/client";
import { serverText } from "../i18n/server-texts";
import { useApp } from "../state/app";
import { Icon, type IconName } from "./icon";

interface NoticeProps {
  icon: IconName;
  title: string;
  tone?: "calm" | "bad" | "warn" | "good";
  children?: ComponentChildren;
}

export function Notice({ icon, title, tone = "calm", children }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={icon} size={30} />
      <h2>{title}</h2>
      <div class="notice-body">{children}</div>
    </div>
  );
}

interface ErrorNoticeProps {
  error: ApiError;
  retry?: () => void;
  logged?: boolean; // what was asked for is written into the log first: without a log, no answer
}

const codeOf = (error: ApiError, logged: boolean) => (error.code === "store-unavailable" && !logged ? "store-unreadable" : error.code);

/** The same in one line, below what is there already. */
export function ErrorLine({ error, retry, logged = false }: ErrorNoticeProps) {
  const { t, language } = useApp();
  const [title] = t.errors[codeOf(error, logged)] ?? t.errors.error ?? [""];
  const said = error.status > 0 && error.message ? serverText(error.message, language) : "";
  return (
    <p class="form-problem" role="alert">
      <Icon name="alert" />
      <span>
        {title}
        {said && said !== title && ` — ${said}`}
      </span>
      {retry && (
        <button type="button" class="button small" onClick={retry}>
          {t.common.retry}
        </button>
      )}
    </p>
  );
}

/** An error in words: the title belongs to its code, the sentence comes from the server where it says more. */
export function ErrorNotice({ error, retry, logged = false }: ErrorNoticeProps) {
  const { t, language } = useApp();
  const [title, remedy] = t.errors[codeOf(error, logged)] ?? t.errors.error ?? ["", ""];
  const said = error.status > 0 && error.message ? serverText(error.message, language) : "";
  return (
    <Notice icon="alert" title={title} tone="bad">
      {said && said !== title && <p>{said}</p>}
      <p>{error.remedy ? serverText(error.remedy, language) : remedy}</p>
      {retry && error.status !== 403 && (
        <button type="button" class="button" onClick={retry}>
          {t.common.retry}
        </button>
      )}
    </Notice>
  );
}
