// The bar at the top: site, pages, and who is signed in.

import { useState } from "preact/hooks";
import { useApp } from "../state/app";
import { routeText } from "../state/route";
import type { Language } from "../time/format";
import { Icon } from "./icon";
import { pageGroups, pageOf } from "./pages";
import { PasswordDialog } from "./password-dialog";
import { LanguageSwitch, ThemeSwitch } from "./switches";

export function Mark({ size = 26 }: { size?: number }) {
  return <img class="mark" src="./icon.svg" width={size} height={size} alt="" />;
}

const URGENT_PAGE = "findings";

function Urgent({ count, soon }: { count: number; soon: number }) {
  const { t } = useApp();
  return (
    <>
      {count > 0 && (
        <b class="nav-badge" title={t.absences.attention(count)} aria-label={t.absences.attention(count)}>
          {count}
        </b>
      )}
      {soon > 0 && (
        <b class="nav-badge nav-badge-soon" title={t.absences.attentionSoon(soon)} aria-label={t.absences.attentionSoon(soon)}>
          {soon}
        </b>
      )}
    </>
  );
}

interface TopBarProps {
  section: string; // the page that is shown
  setLanguage: (language: Language) => void;
  onSignOut: () => void;
}

export function TopBar({ section, setLanguage, onSignOut }: TopBarProps) {
  const { t, site, session, attention } = useApp();
  const [changing, setChanging] = useState(false);
  const urgent = (attention?.unrecorded.length ?? 0) + (attention?.overdue ?? 0);
  const soon = attention?.soon ?? 0;
  const current = pageOf(section);
  const groups = pageGroups(session, t);
  const open = groups.find((group) => group.pages.some((page) => page.path === current));
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href={routeText([])} title={site.name}>
          <Mark />
          <span>{site.name}</span>
        </a>
        <nav class="nav" aria-label={t.nav.label}>
          {groups.map((group) => {
            const [first] = group.pages;
            if (!first) return null;
            const alone = group.pages.length === 1;
            return (
              <a key={first.path} href={routeText([first.path])} data-open={group === open} aria-current={group !== open ? undefined : alone ? "page" : "true"}>
                <Icon name={group.icon} />
                <span>{alone ? first.name : group.name}</span>
                {group.pages.some((page) => page.path === URGENT_PAGE) && <Urgent count={urgent} soon={soon} />}
              </a>
            );
          })}
        </nav>
        <div class="top-right">
          <LanguageSwitch setLanguage={setLanguage} />
          <ThemeSwitch />
          <div class="who" title={`${session.account}${session.unit ? ` · ${session.unit}` : ""}`}>
            <strong>{session.display_name}</strong>
            <small>{session.roles.map((role) => t.roles[role] ?? role).join(" · ")}</small>
          </div>
          <button type="button" class="icon-button" title={t.account.password} aria-label={t.account.password} onClick={() => setChanging(true)}>
            <Icon name="lock" />
          </button>
          <button type="button" class="icon-button" title={t.account.signOut} aria-label={t.account.signOut} onClick={onSignOut}>
            <Icon name="out" />
          </button>
        </div>
      </div>
      {changing && <PasswordDialog onChanged={onSignOut} onClose={() => setChanging(false)} />}
      {open && open.pages.length > 1 && (
        <nav class="subnav" aria-label={open.name}>
          {open.pages.map((page) => (
            <a key={page.path} href={routeText([page.path])} aria-current={page.path === current ? "page" : undefined}>
              {page.name}
              {page.path === URGENT_PAGE && <Urgent count={urgent} soon={soon} />}
            </a>
          ))}
        </nav>
      )}
    </header>
  );
}
