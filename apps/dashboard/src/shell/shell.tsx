import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef } from "react";
import { useClient } from "../data/client.ts";
import { useLiveChanges } from "../data/live-changes.ts";
import { isSignedOut } from "../data/problem.ts";
import { queries } from "../data/queries.ts";
import { Icon } from "../elements/icon.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { EnvironmentChoice } from "./environment-choice.tsx";
import { ServiceSearch } from "./service-search.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import "./shell.css";

const places = [
  { to: "/services", name: "Services", icon: "services" },
  { to: "/rollouts", name: "Rollouts", icon: "rollouts" },
  { to: "/clusters", name: "Clusters", icon: "clusters" },
  { to: "/profile", name: "Profile", icon: "profile" },
  { to: "/fleets", name: "Fleet", icon: "fleet" },
  { to: "/webhooks", name: "Webhooks", icon: "webhooks" },
] as const;

/** What stands around every page. */
export function Shell() {
  const client = useClient();
  const location = useLocation();
  const navigate = useNavigate();
  const account = useQuery(queries.account(client));
  const platform = useQuery({ ...queries.platform(client), enabled: account.isSuccess });
  useLiveChanges(account.isSuccess);
  const main = useFocusOnArrival(location.pathname);

  const signedOut = isSignedOut(account.error);
  const leave = useEffectEvent(() => void navigate({ to: "/sign-in", search: { next: location.href }, replace: true }));
  useEffect(() => {
    if (signedOut) leave();
  }, [signedOut]);
  if (signedOut) return null;

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="top">
        <ServiceSearch />
        <div className="top-right">
          <EnvironmentChoice />
          <ThemeSwitch />
          <AccountMenu />
        </div>
      </header>
      <nav className="side" aria-label="Main">
        <Link to="/services" className="side-mark" aria-label="Fairway">
          <img src="/mark.svg" alt="" width="26" height="26" />
          <span>Fairway</span>
        </Link>
        <ul>
          {places.map(({ to, name, icon }) => (
            <li key={to}>
              <Link to={to} className="side-link" activeOptions={{ exact: false, includeSearch: false }}>
                <Icon name={icon} />
                {name}
              </Link>
            </li>
          ))}
        </ul>
        <p className="side-version">{platform.data === undefined ? "" : `Fairway ${platform.data.version}`}</p>
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <ConnectionBanner />
    </div>
  );
}

/** A new page takes the focus, unless something inside of it has it already (a tab that was just chosen). */
function useFocusOnArrival(path: string) {
  const main = useRef<HTMLElement>(null);
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
