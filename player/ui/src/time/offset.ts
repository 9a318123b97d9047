// Offsets of clocks as text. Pure: the language is an argument.

import type { Language } from "./format";

/** "7 min 0.3 s" / "7 分 0.3 秒": a length, tenths of seconds below a minute's hundred. */
export function stretch(ms: number, language: Language): string {
  const zh = language === "zh";
  const total = Math.abs(ms);
  const days = Math.floor(total / 86400000);
  const hours = Math.floor((total % 86400000) / 3600000);
  const minutes = Math.floor((total % 3600000) / 60000);
  const seconds = (Math.round((total % 60000) / 100) / 10).toString();
  if (days > 0) return zh ? `${days} 天 ${hours} 小时` : `${days} d ${hours} h`;
  if (hours > 0) return zh ? `${hours} 小时 ${minutes} 分` : `${hours} h ${minutes} min`;
  if (minutes > 0) return zh ? `${minutes} 分 ${seconds} 秒` : `${minutes} min ${seconds} s`;
  return zh ? `${seconds} 秒` : `${seconds} s`;
}

/** The same, to hundredths of a second below ten seconds: how far off a time may be. */
export function fine(ms: number, language: Language): string {
  return Math.abs(ms) < 10000 ? `${(Math.abs(ms) / 1000).toFixed(2)}${language === "zh" ? " 秒" : " s"}` : stretch(ms, language);
}

/** The middle of an interval, and how far it reaches on either side. */
export function middle(lowMs: number, highMs: number): [number, number] {
  return [Math.round((lowMs + highMs) / 2), Math.ceil((highMs - lowMs) / 2)];
}
