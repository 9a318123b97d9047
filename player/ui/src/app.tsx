// The frame around every page: who is signed in, in which language, and which page the URL asks for.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, type ApiError } from "./api/client";
import type { Session, Site, StatedPurpose, Viewing } from "./api/types";
import { dictionaries } from "./i18n/dictionary";
import { CasePage } from "./pages/case";
import { CasesPage } from "./pages/cases";
import { ClocksPage } from "./pages/clocks";
import { DocksPage } from "./pages/docks";
import { FindingsPage } from "./pages/findings";
import { ItemsPage } from "./pages/items";
import { LibraryPage } from "./pages/library";
import { LivePage } from "./pages/live";
import { LogPage } from "./pages/log";
import { RetentionPage } from "./pages/retention";
import { RecordingPage } from "./pages/recording";
import { RosterPage } from "./pages/roster";
import { RoomPage } from "./pages/room";
import { SignInAgain, SignInPage } from "./pages/sign-in";
import { SittingPage } from "./pages/sitting";
import { SittingsPage } from "./pages/sittings";
import { SlatePage } from "./pages/slate";
import { WallPage } from "./pages/wall";
import { Icon } from "./parts/icon";
import { SamplePage } from "./pages/sample";
import { SamplesPage } from "./pages/samples";
import { StatisticsPage } from "./pages/statistics";
import { StatisticsListPage } from "./pages/statistics-list";
import { TopBar } from "./parts/top-bar";
import { ErrorNotice, Notice } from "./parts/notice";
import { pageGroups, pageOf } from "./parts/pages";
import { PrintHead } from "./parts/print-head";
import { AppContext, may, useApp, type AppState } from "./state/app";
import { useAttention } from "./state/attention";
import { Places } from "./state/places";
import { applyLanguage, storedLanguage } from "./state/preferences";
import { pageKey, routeText, type Route } from "./state/route";
import { useEvery, useOnceReachable, useRoute, useTitle } from "./state/use";
import type { Language } from "./time/format";

const NOBODY: Session = { account: "", display_name: "", roles: [], unit: null, csrf: "", expires_at: "", may: [] };
const NOWHERE: Site = { name: "mediad", version: "", timezone: "Asia/Shanghai", languages: ["zh", "en"], purposes: [] };
const RENEW_CHECK_MS = 15000;
const RENEW_BEFORE_MS = 60000;
const PROBE_MS = 3000;

type Start = { step: "asking" } | { step: "failed"; error: ApiError } | { step: "ready" };

/** Keeps the thumbnail grant alive while pictures are on; forgets it once the server will not renew it. */
function usePictures(): [Viewing | null, (viewing: Viewing | null) => void] {
  const [pictures, setPictures] = useState<Viewing | null>(null);
  useEvery(RENEW_CHECK_MS, () => {
    if (!pictures || Date.parse(pictures.expires_at) - api.serverNow() > RENEW_BEFORE_MS) return;
    void api.renewViewing(pictures.id).then((answer) => setPictures(answer.ok ? answer.value : null));
  });
  return [pictures, setPictures];
}

/** Does the server answer? While it does not, it is asked again and again. */
function useReachable(): boolean {
  const [reachable, setReachable] = useState(true);
  useEffect(() => api.onReach(setReachable), []);
  useEvery(PROBE_MS, () => {
    if (!reachable) void api.site();
  });
  return reachable;
}

export function App() {
  const [language, setLanguage] = useState<Language>(storedLanguage);
  const [start, setStart] = useState<Start>({ step: "asking" });
  const [site, setSite] = useState<Site>(NOWHERE);
  const [session, setSession] = useState<Session | null>(null);
  const [away, setAway] = useState(false); // the session ended in mid-work: its pages wait, unseen
  const [staying, setStaying] = useState<ApiError | null>(null); // why signing out did not work
  const [pictures, setPictures] = usePictures();
  const [watching, setWatching] = useState<StatedPurpose | null>(null);
  const [places] = useState(() => new Places(window));
  const attention = useAttention(away ? null : (session?.account ?? null));
  const reachable = useReachable();
  const route = useRoute(places);
  const t = dictionaries[language];

  const begin = useCallback(async () => {
    setStart({ step: "asking" });
    const [siteAnswer, sessionAnswer] = await Promise.all([api.site(), api.session()]);
    if (!siteAnswer.ok) return setStart({ step: "failed", error: siteAnswer.error });
    setSite(siteAnswer.value);
    if (sessionAnswer.ok) setSession(sessionAnswer.value);
    // Only the server's word that nobody is signed in leads to the sign-in page: a database that is busy says nothing.
    else if (sessionAnswer.error.status !== 401) return setStart({ step: "failed", error: sessionAnswer.error });
    setStart({ step: "ready" });
  }, []);
  const stopFootage = () => {
    setPictures(null);
    setWatching(null);
  };
  const signedIn = (opened: Session) => {
    const same = opened.account === session?.account;
    if (!same) {
      places.forget();
      stopFootage();
    }
    setSession((old) => (old?.csrf === opened.csrf ? old : opened));
    setAway(false);
    api.goOn(same);
  };
  const latestSignedIn = useRef(signedIn);
  latestSignedIn.current = signedIn;

  useEffect(() => {
    const leave = () => {
      stopFootage();
      setAway(true);
    };
    api.onSignedOut(leave);
    void begin();
    // In another tab somebody may have signed out, or somebody else in: the cookie is one for all tabs.
    const look = () => {
      if (document.visibilityState !== "visible") return;
      void api.session().then((answer) => {
        if (answer.ok) latestSignedIn.current(answer.value);
        else if (answer.error.status === 401) leave();
      });
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [begin]);
  useEffect(() => applyLanguage(language), [language]);
  useOnceReachable(start.step === "failed" ? start.error : null, () => void begin(), reachable);

  const signOut = async () => {
    const answer = await api.signOut();
    // The cookie is the server's to take back: whoever leaves the desk must know that the session goes on.
    if (!answer.ok && answer.error.status !== 401) return setStaying(answer.error);
    setStaying(null);
    stopFootage();
    places.forget();
    setAway(false);
    setSession(null);
  };
  const state = useMemo<AppState>(
    () => ({ t, language, site, session: session ?? NOBODY, attention, pictures, setPictures, watching, setWatching, away, reachable, places }),
    [t, language, site, session, attention, pictures, watching, away, reachable, places],
  );

  return (
    <AppContext.Provider value={state}>
      {start.step === "failed" && <ErrorNotice error={start.error} retry={() => void begin()} />}
      {start.step === "ready" && !session && <SignInPage setLanguage={setLanguage} onSignedIn={signedIn} />}
      {start.step === "ready" && session && (
        <Frame key={session.account} hidden={away} route={route} setLanguage={setLanguage} signOut={() => void signOut()}>
          {staying && <StillSignedIn error={staying} retry={() => void signOut()} />}
        </Frame>
      )}
      {away && session && <SignInAgain setLanguage={setLanguage} onSignedIn={signedIn} />}
    </AppContext.Provider>
  );
}

interface FrameProps {
  hidden: boolean;
  route: Route;
  setLanguage: (language: Language) => void;
  signOut: () => void;
  children: ComponentChildren;
}

/** What is around every page. Hidden it keeps all that was typed and opened. */
function Frame({ hidden, route, setLanguage, signOut, children }: FrameProps) {
  const { t, session, places, reachable } = useApp();
  const key = pageKey(route);
  const last = useRef(key);
  useLayoutEffect(() => {
    places.drawn(key === last.current);
    // Who came by the keyboard goes on at the page's beginning, not at the window's.
    if (key !== last.current && document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    last.current = key;
  }, [route]);
  const section = route.path[0] ?? firstPage(session);
  const path = pageOf(section);
  const name = pageGroups(session, t).flatMap(({ pages }) => pages).find((page) => page.path === path)?.name;
  return (
    <div hidden={hidden}>
      <Titled name={name ?? ""} key={key} />
      <a class="skip" href="#main" onClick={skipToMain}>
        {t.skip}
      </a>
      <TopBar section={section} setLanguage={setLanguage} onSignOut={signOut} />
      <Unreachable shown={!reachable} />
      <main id="main" tabIndex={-1}>
        <PrintHead />
        {children}
        <Page route={route} session={session} />
      </main>
    </div>
  );
}

/** Drawn before the page, which may say more of what it shows. */
function Titled({ name }: { name: string }) {
  useTitle(name);
  return null;
}

function Unreachable({ shown }: { shown: boolean }) {
  const { t } = useApp();
  return (
    <div role="status">
      {shown && (
        <p class="unreachable">
          <Icon name="unplug" size={16} />
          {t.unreachable}
        </p>
      )}
    </div>
  );
}

// The fragment holds the route, so the skip link moves the focus itself.
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function firstPage(session: Session): string {
  if (may(session, "dock.read") && !may(session, "viewing.read")) return "docks";
  if (may(session, "recording.list")) return "library";
  return may(session, "dock.read") ? "docks" : "log";
}

function Page({ route, session }: { route: Route; session: Session }) {
  const [section = firstPage(session), id] = route.path;
  if (section === "docks") return <DocksPage bay={id ?? null} />;
  if (section === "library") return <LibraryPage query={route.query} />;
  if (section === "live" && id && route.path[2]) return <LivePage key={route.path.join("/")} channel={`${id}/${route.path[2]}`} {...(route.query.transport === "hls" ? { transport: "hls" as const } : {})} />;
  if (section === "recordings" && id) return <RecordingPage key={id} id={id} at={Number(route.query.at) || 0} caseNumber={route.query.case ?? ""} purpose={route.query.purpose ?? ""} />;
  if (section === "rooms") return id ? <RoomPage key={id} name={id} /> : <WallPage />;
  if (section === "sittings") return id ? <SittingPage key={id} id={id} /> : <SittingsPage query={route.query} />;
  if (section === "cases" && id) return <CasePage key={id} id={id} />;
  if (section === "cases") return <CasesPage query={route.query} />;
  if (section === "items") return <ItemsPage section={id ?? "list"} />;
  if (section === "findings") return <FindingsPage query={route.query} />;
  if (section === "roster") return <RosterPage query={route.query} />;
  if (section === "retention") return <RetentionPage section={id ?? "classes"} />;
  if (section === "samples") return id ? <SamplePage key={id} id={id} /> : <SamplesPage />;
  if (section === "statistics") return id === "list" ? <StatisticsListPage query={route.query} /> : <StatisticsPage query={route.query} />;
  if (section === "clocks") return <ClocksPage />;
  if (section === "slate") return <SlatePage caseNumber={route.query.case ?? ""} />;
  if (section === "log") return <LogPage query={route.query} viewing={id ?? null} />;
  return <Missing />;
}

function StillSignedIn({ error, retry }: { error: ApiError; retry: () => void }) {
  const { t } = useApp();
  return (
    <div class="page">
      <p class="form-problem" role="alert">
        <Icon name="alert" />
        <span>{t.account.stillIn}</span>
      </p>
      <ErrorNotice error={error} retry={retry} />
    </div>
  );
}

function Missing() {
  const { t } = useApp();
  return (
    <Notice icon="search" title={t.notFound.title}>
      <a class="button" href={routeText([])}>
        {t.notFound.home}
      </a>
    </Notice>
  );
}
