import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { Nothing } from "./elements/page.tsx";
import { ProblemPanel } from "./elements/problem-panel.tsx";
import { SkeletonBlocks } from "./elements/skeleton.tsx";
import { ServicesPage } from "./services/services-page.tsx";
import { parseServicesSearch } from "./services/services-search.ts";
import { Shell } from "./shell/shell.tsx";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

/** Keeps the names of `search` that have a text; addresses are typed by people and never trusted. */
function textsOf<const Name extends string>(search: Record<string, unknown>, names: readonly Name[]) {
  const texts: { [Key in Name]?: string | undefined } = {};
  for (const name of names) {
    const value = text(search[name]);
    if (value !== undefined) texts[name] = value;
  }
  return texts;
}

const root = createRootRoute({
  component: Outlet,
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["environment"]),
  search: { middlewares: [retainSearchParams(["environment"])] },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["next"]),
  component: lazyRouteComponent(() => import("./sign-in/sign-in-page.tsx"), "SignInPage"),
});

const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/services", replace: true });
  },
});

const services = createRoute({
  getParentRoute: () => shell,
  path: "/services",
  validateSearch: parseServicesSearch,
  component: ServicesPage,
});

const service = createRoute({
  getParentRoute: () => shell,
  path: "/services/$service",
  component: lazyRouteComponent(() => import("./service/service-page.tsx"), "ServicePage"),
});
const serviceOverview = createRoute({
  getParentRoute: () => service,
  path: "/",
  component: lazyRouteComponent(() => import("./service/overview.tsx"), "Overview"),
});
const serviceLogs = createRoute({
  getParentRoute: () => service,
  path: "/logs",
  validateSearch: (search: Record<string, unknown>) =>
    textsOf(search, ["cluster", "pod", "release", "previous", "text"]),
  component: lazyRouteComponent(() => import("./service/logs/logs.tsx"), "Logs"),
});
const serviceEvents = createRoute({
  getParentRoute: () => service,
  path: "/events",
  component: lazyRouteComponent(() => import("./service/events.tsx"), "Events"),
});
const serviceConfiguration = createRoute({
  getParentRoute: () => service,
  path: "/configuration",
  component: lazyRouteComponent(() => import("./service/configuration.tsx"), "Configuration"),
});
const serviceKubernetes = createRoute({
  getParentRoute: () => service,
  path: "/kubernetes",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["cluster", "object"]),
  component: lazyRouteComponent(() => import("./service/kubernetes.tsx"), "Kubernetes"),
});

const rollouts = createRoute({
  getParentRoute: () => shell,
  path: "/rollouts",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["service", "status"]),
  component: lazyRouteComponent(() => import("./rollouts/rollouts-page.tsx"), "RolloutsPage"),
});
const rollout = createRoute({
  getParentRoute: () => shell,
  path: "/rollouts/$number",
  component: lazyRouteComponent(() => import("./rollout/rollout-page.tsx"), "RolloutPage"),
});
const clusters = createRoute({
  getParentRoute: () => shell,
  path: "/clusters",
  component: lazyRouteComponent(() => import("./clusters/clusters-page.tsx"), "ClustersPage"),
});
const profile = createRoute({
  getParentRoute: () => shell,
  path: "/profile",
  component: lazyRouteComponent(() => import("./profile/profile-page.tsx"), "ProfilePage"),
});

const fleets = createRoute({
  getParentRoute: () => shell,
  path: "/fleets",
  component: lazyRouteComponent(() => import("./fleet/fleets-page.tsx"), "FleetsPage"),
});
const fleetStart = createRoute({
  getParentRoute: () => shell,
  path: "/fleets/start",
  component: lazyRouteComponent(() => import("./fleet/start/fleet-start-page.tsx"), "FleetStartPage"),
});
const fleet = createRoute({
  getParentRoute: () => shell,
  path: "/fleets/$number",
  component: lazyRouteComponent(() => import("./fleet/fleet-page.tsx"), "FleetPage"),
});

const webhooks = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks",
  component: lazyRouteComponent(() => import("./webhooks/webhooks-page.tsx"), "WebhooksPage"),
});
const webhook = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks/$number",
  component: lazyRouteComponent(() => import("./webhooks/webhook-page.tsx"), "WebhookPage"),
});

const causes = createRoute({
  getParentRoute: () => shell,
  path: "/causes",
  component: lazyRouteComponent(() => import("./causes/causes-page.tsx"), "CausesPage"),
});
const cause = createRoute({
  getParentRoute: () => shell,
  path: "/causes/$code",
  component: lazyRouteComponent(() => import("./causes/cause-page.tsx"), "CausePage"),
});

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([
    home,
    services,
    service.addChildren([serviceOverview, serviceLogs, serviceEvents, serviceConfiguration, serviceKubernetes]),
    rollouts,
    rollout,
    clusters,
    profile,
    fleets,
    fleetStart,
    fleet,
    webhooks,
    webhook,
    causes,
    cause,
  ]),
]);

/** All addresses of the dashboard. `history` is given by the states' gallery, which has addresses of its own. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history === undefined ? {} : { history }),
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultPendingComponent: () => <SkeletonBlocks label="Loading the page" heights={[90, 200]} />,
    defaultErrorComponent: ({ error, reset }) => <ProblemPanel error={error} retry={reset} />,
    defaultNotFoundComponent: () => (
      <Nothing title="There is no such page">
        <a href="/services">To the services</a>
      </Nothing>
    ),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
