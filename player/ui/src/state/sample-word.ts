// The word of a sample: made here, kept in this browser until the sample is drawn. The server sees its SHA-256 only.

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // 32, none that looks like another
const KEY = "mediad-sample-word:";

/** 25 letters of chance: 125 bits. */
export function newWord(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(25))].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return letters.match(/.{5}/g)?.join("-") ?? letters;
}

export function keepWord(sample: string, word: string): void {
  try {
    localStorage.setItem(KEY + sample, word);
  } catch {
    // Without storage the person keeps it alone.
  }
}

export function keptWord(sample: string): string {
  try {
    return localStorage.getItem(KEY + sample) ?? "";
  } catch {
    return "";
  }
}

export function forgetWord(sample: string): void {
  try {
    localStorage.removeItem(KEY + sample);
  } catch {
    // There was none.
  }
}
