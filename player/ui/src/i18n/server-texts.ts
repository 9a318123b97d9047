// The server says its reasons as English sentences. Those it is known to say have a Chinese form here; an
// unknown one is shown as it came, which is better than hiding it.

import type { Language } from "../time/format";

type Rule = readonly [RegExp, string];

const RULES: readonly Rule[] = [];

/** A sentence of the server in the reader's language. Several sentences are translated one by one. */
export function serverText(text: string, language: Language): string {
  if (language === "en" || !text) return text;
  const whole = translated(text.trim());
  if (whole !== null) return whole;
  const sentences = text.trim().split(/(?<=[.!?])\s+/);
  if (sentences.length === 1) return text;
  return sentences.map((sentence) => translated(sentence) ?? sentence).join("");
}

function translated(text: string): string | null {
  for (const [pattern, zh] of RULES) {
    const match = pattern.exec(text);
    if (match) return zh.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
  }
  return null;
}
