// What needs somebody now: asked for again and again, so that it is seen on whatever page is open.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Attention } from "../api/attention-types";
import { useEvery } from "./use";

// Shown within 30 s of its beginning: the server raises it after 8 to 10.
const EVERY_MS = 8000;

/** Null until it is known, and while nobody is signed in. */
export function useAttention(account: string | null): Attention | null {
  const [attention, setAttention] = useState<Attention | null>(null);
  const ask = () => {
    if (account === null) return;
    void api.attention().then((answer) => {
      // What was known stays while the server cannot be reached; pages say that themselves.
      if (answer.ok) setAttention(answer.value);
    });
  };
  useEffect(() => {
    setAttention(null);
    ask();
  }, [account]);
  useEvery(EVERY_MS, ask);
  return attention;
}
