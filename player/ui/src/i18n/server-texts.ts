// The server says its reasons as English sentences. Those it is known to say have a Chinese form in
// server-rules.ts; an unknown one is shown as it came, which is better than hiding it.

import type { Language } from "../time/format";
import { RULES, WORDS } from "./server-rules";

/** A sentence of the server in the reader's language. Several sentences are translated one by one. */
export function serverText(text: string, language: Language): string {
  const said = text.trim();
  if (language === "en" || !said) return said;
  const whole = translated(said);
  if (whole !== null) return whole;
  const sentences = said.split(/(?<=[.!?])\s+/);
  return sentences.length === 1 ? said : sentences.map((sentence) => translated(sentence) ?? sentence).join("");
}

function translated(text: string): string | null {
  for (const [pattern, zh] of RULES) {
    const match = pattern.exec(text);
    if (match) return zh.replace(/\$(\d)/g, (_, group: string) => inner(match[Number(group)] ?? ""));
  }
  return null;
}

/** What a sentence quotes may itself be a known sentence or word. */
function inner(text: string): string {
  return WORDS[text] ?? translated(text) ?? (text.endsWith(".") ? text : (translated(`${text}.`)?.replace(/。$/, "") ?? text));
}
