// Language and light or dark, kept in this browser only.

import type { Language } from "../time/format";

export type Theme = "auto" | "light" | "dark";

const LANGUAGE = "mediad.language";
const THEME = "mediad.theme";

// Storage is refused in some private windows; a preference that is not kept harms nobody.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}

export function storedLanguage(): Language {
  const stored = read(LANGUAGE);
  return stored === "en" ? "en" : "zh";
}

export function applyLanguage(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  write(LANGUAGE, language);
}

export function storedTheme(): Theme {
  const stored = read(THEME);
  return stored === "light" || stored === "dark" ? stored : "auto";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  write(THEME, theme);
}
