// The language and appearance switches, on the sign-in page and in the top bar.

import { useState } from "preact/hooks";
import { useApp } from "../state/app";
import { applyTheme, storedTheme, type Theme } from "../state/preferences";
import type { Language } from "../time/format";
import { Icon, type IconName } from "./icon";

export function LanguageSwitch({ setLanguage }: { setLanguage: (language: Language) => void }) {
  const { t, language } = useApp();
  return (
    <div class="segmented" role="group" aria-label={t.languageLabel}>
      <button type="button" lang="zh-CN" aria-pressed={language === "zh"} onClick={() => setLanguage("zh")}>
        中文
      </button>
      <button type="button" lang="en" aria-pressed={language === "en"} onClick={() => setLanguage("en")}>
        EN
      </button>
    </div>
  );
}

const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const ICONS: Record<Theme, IconName> = { auto: "auto", light: "sun", dark: "moon" };

export function ThemeSwitch() {
  const { t } = useApp();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const label = `${t.theme.label}: ${t.theme[theme]}`;
  const next = () => {
    const chosen = NEXT[theme];
    setTheme(chosen);
    applyTheme(chosen);
  };
  return (
    <button type="button" class="icon-button" title={label} aria-label={label} onClick={next}>
      <Icon name={ICONS[theme]} />
    </button>
  );
}
