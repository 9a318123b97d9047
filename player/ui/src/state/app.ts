// What every page needs to know, handed down by context: texts, site, session, and the library's grant.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Attention } from "../api/attention-types";
import type { Action, Session, Site, StatedPurpose, Viewing } from "../api/types";
import type { Dictionary } from "../i18n/zh";
import type { Language } from "../time/format";
import type { Places } from "./places";

export interface AppState {
  t: Dictionary;
  language: Language;
  site: Site;
  session: Session;
  /** What needs somebody now; null until it is known. */
  attention: Attention | null;
  /** Grant for thumbnails, once a purpose was stated. */
  pictures: Viewing | null;
  setPictures: (viewing: Viewing | null) => void;
  /** Why live pictures are watched, once it was stated: every room under the same purpose. */
  watching: StatedPurpose | null;
  setWatching: (purpose: StatedPurpose | null) => void;
  /** The session ended in mid-work; the page waits, unseen, for somebody to sign in: no footage goes on. */
  away: boolean;
  /** Does the server answer? */
  reachable: boolean;
  /** Where the reader was on the pages of this tab's history. */
  places: Places;
}

export const AppContext = createContext<AppState | null>(null);

export function useApp(): AppState {
  const state = useContext(AppContext);
  if (!state) throw new Error("A page is shown outside the application.");
  return state;
}

/** Only hides what the server would refuse anyway. */
export function may(session: Session, action: Action): boolean {
  return session.may.includes(action);
}

export function purposeName(site: Site, code: string, language: Language): string {
  return site.purposes.find((purpose) => purpose.code === code)?.[language] ?? code;
}
