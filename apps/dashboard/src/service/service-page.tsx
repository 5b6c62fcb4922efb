import type { ServiceDetail } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useParams } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { useEnvironment, useEnvironmentFlag } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Command } from "../elements/copying.tsx";
import { Fact } from "../elements/fact.tsx";
import { Icon } from "../elements/icon.tsx";
import { Mark } from "../elements/mark.tsx";
import { PageHead, usePageTitle } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { Skeleton, SkeletonBlocks } from "../elements/skeleton.tsx";
import { State } from "../elements/state.tsx";
import { healthAppearance } from "../elements/states.ts";
import { durationWords } from "../elements/time-words.ts";
import { RollBack } from "../rollback/roll-back.tsx";
import { ServiceContext } from "./service-context.ts";
import "./service-page.css";

const tabs = [
  { to: "/services/$service", name: "Overview" },
  { to: "/services/$service/logs", name: "Logs" },
  { to: "/services/$service/events", name: "Events" },
  { to: "/services/$service/configuration", name: "Configuration" },
  { to: "/services/$service/kubernetes", name: "Kubernetes" },
] as const;

export function ServicePage() {
  const { service: name } = useParams({ from: "/shell/services/$service" });
  usePageTitle(name);
  const client = useClient();
  const environment = useEnvironment();
  const service = useQuery(queries.service(client, environment, name));
  const above = <Link to="/services">Services</Link>;
  if (service.data === undefined) {
    return (
      <>
        <PageHead above={above} title={name}>
          {service.error === null && (
            <>
              <p className="service-description">
                <Skeleton width={32} />
              </p>
              <p className="facts">
                <Skeleton width={60} />
              </p>
            </>
          )}
        </PageHead>
        {service.error === null ? (
          <>
            <Tabs of={name} />
            <SkeletonBlocks label={`Loading ${name}`} heights={[228, 220]} />
          </>
        ) : (
          <ProblemPanel error={service.error} retry={() => void service.refetch()} />
        )}
      </>
    );
  }
  return (
    <ServiceContext value={service.data}>
      <Head service={service.data} />
      <Tabs of={name} />
      <TroubleLine service={service.data} />
      <Outlet />
    </ServiceContext>
  );
}

function Tabs({ of: name }: { readonly of: string }) {
  return (
    <nav className="tabs" aria-label={`Parts of ${name}`}>
      {tabs.map(({ to, name: label }) => (
        <Link
          key={to}
          to={to}
          params={{ service: name }}
          activeOptions={{ exact: true, includeSearch: false }}
          resetScroll={false}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function Head({ service }: { readonly service: ServiceDetail }) {
  const flag = useEnvironmentFlag();
  const rollingOut = service.rollouts.some(({ endedAt }) => endedAt === undefined);
  const before = service.rollouts.find(({ status, to }) => status === "succeeded" && to === service.release)?.from;
  return (
    <PageHead
      above={<Link to="/services">Services</Link>}
      title={service.name}
      beside={<State of={healthAppearance[service.health]} pill />}
      actions={
        <>
          <Command text={`fairway status ${service.name}${flag}`} />
          {before !== undefined && !rollingOut && (
            <RollBack service={service.name} environment={service.environment} from={service.release} to={before} />
          )}
        </>
      }
    >
      <p className="service-description">{service.description}</p>
      <dl className="facts">
        <Fact name="owner">{service.owner ?? "nobody yet"}</Fact>
        <Fact name="kind">{service.kind}</Fact>
        <Fact name="engine">{service.engine}</Fact>
        <Fact name="environment">{service.environment}</Fact>
        {service.leadTime !== undefined && (
          <Fact name="lead time">
            <span title="From the commit to running everywhere, the median of the last deploys">
              {durationWords(service.leadTime)}
            </span>
          </Fact>
        )}
        {service.autoscaler !== undefined && (
          <Fact name="replicas">
            {service.autoscaler.min} to {service.autoscaler.max} per cluster
            {service.autoscaler.cpu !== undefined && `, at ${service.autoscaler.cpu} % of their cpu`}
          </Fact>
        )}
        {service.url !== undefined && (
          <Fact name="address">
            <Outward to={service.url} />
          </Fact>
        )}
        {service.publicAddresses?.map(({ host, path, tls }) => (
          <Fact key={`${host}${path}`} name="public">
            {host.includes("*") ? host : <Outward to={`${tls === false ? "http" : "https"}://${host}${path}`} />}
          </Fact>
        ))}
      </dl>
    </PageHead>
  );
}

function Outward({ to }: { readonly to: string }) {
  return (
    <a href={to} target="_blank" rel="noreferrer" className="outward">
      {to.replace(/^https?:\/\//, "").replace(/\/$/, "")}
      <Icon name="open" />
    </a>
  );
}

/** On the other tabs the diagnosis is one line that leads to the whole of it. */
function TroubleLine({ service }: { readonly service: ServiceDetail }) {
  const { pathname } = useLocation();
  const onOverview = pathname.replace(/\/$/, "").endsWith(`/services/${service.name}`);
  const words = service.causes[0]?.summary ?? service.trouble;
  if (onOverview || words === undefined) return null;
  return (
    <p className="trouble-line">
      <Mark {...healthAppearance[service.health]} />
      <Link to="/services/$service" params={{ service: service.name }}>
        {words}
      </Link>
    </p>
  );
}
