// Why there is no live picture now, and what happens next.

import { serverText } from "../i18n/server-texts";
import { Icon, type IconName } from "../parts/icon";
import { useApp } from "../state/app";
import type { LiveState } from "./session";

interface Words {
  icon: IconName;
  title: string;
  why: string;
  bad?: boolean;
  wait?: boolean;
  again?: boolean;
}

const HEVC = /^(hvc1|hev1)/;

function wordsOf(state: LiveState, t: ReturnType<typeof useApp>["t"], language: "zh" | "en"): Words {
  const l = t.live;
  switch (state.is) {
    case "stopped":
      return { icon: "video", title: l.stopped, why: l.stoppedWhy };
    case "lost":
      return { icon: "unplug", title: l.lost, why: l.lostWhy, bad: true };
    case "log":
      return { icon: "log", title: l.log, why: l.logWhy, bad: true };
    case "unsupported":
      return { icon: "alert", title: l.unsupported(state.codec), why: HEVC.test(state.codec) ? l.hevcWhy : l.unsupportedWhy, bad: true };
    case "line":
      return { icon: "unplug", title: l.line, why: l.lineWhy, wait: true };
    case "failed":
      return { icon: "alert", title: l.failed, why: l.failedWhy, wait: true };
    case "ended":
      return { icon: "clock", title: l.ended, why: l.endedWhy, again: true };
    case "refused":
      return { icon: "lock", title: l.refused, why: serverText(state.error.message, language), bad: true, again: state.error.status !== 403 };
    default:
      return { icon: "video", title: l.connecting, why: "", wait: true };
  }
}

export function LiveBoard({ state, compact, again }: { state: LiveState; compact: boolean; again: () => void }) {
  const { t, language } = useApp();
  const words = wordsOf(state, t, language);
  return (
    <div class={`live-board${words.bad ? " live-board-bad" : ""}`} role={words.bad ? "alert" : "status"}>
      {words.wait ? <i class="spinner" /> : <Icon name={words.icon} size={compact ? 26 : 40} />}
      <strong>{words.title}</strong>
      {!compact && words.why && <p>{words.why}</p>}
      {words.again && (
        <button type="button" class="button" onClick={again}>
          {t.live.again}
        </button>
      )}
    </div>
  );
}
