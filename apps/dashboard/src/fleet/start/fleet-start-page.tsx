import type { FleetPlace } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../../data/client.ts";
import { useEnvironment, useEnvironmentFlag } from "../../data/environment.ts";
import { queries } from "../../data/queries.ts";
import { Answered } from "../../elements/answered.tsx";
import { Command } from "../../elements/copying.tsx";
import { Nothing, PageHead, Section, usePageTitle } from "../../elements/page.tsx";
import { ProblemPanel } from "../../elements/problem-panel.tsx";
import { SkeletonBlocks } from "../../elements/skeleton.tsx";
import { State } from "../../elements/state.tsx";
import type { Appearance } from "../../elements/states.ts";
import { VerdictLine } from "../../elements/verdict-line.tsx";
import { counted } from "../words.ts";
import { StartFleet } from "./start-fleet.tsx";
import { type Preview, type Previewed, usePreview } from "./use-preview.ts";
import "../../elements/data-table.css";

const outcomes: Readonly<Record<Previewed["outcome"] | "unchanged" | "looking", Appearance>> = {
  changed: { word: "Changes", shape: "half", tone: "busy" },
  refused: { word: "Would be refused", shape: "triangle", tone: "warn" },
  unknown: { word: "Not known", shape: "ring", tone: "idle" },
  unchanged: { word: "Unchanged", shape: "check", tone: "idle" },
  looking: { word: "Looking", shape: "ring", tone: "idle" },
};

/** What a fleet rollout would do, service by service, before anybody begins it. */
export function FleetStartPage() {
  usePageTitle("Start a fleet rollout");
  const client = useClient();
  const asked = useEnvironment();
  const platform = useQuery(queries.platform(client));
  const environment = asked ?? platform.data?.environments[0]?.name;
  const flag = useEnvironmentFlag();
  return (
    <>
      <PageHead
        above={<Link to="/fleets">Fleet</Link>}
        title="Start a fleet rollout"
        actions={<Command text={`fairway fleet start --dry-run${flag}`} />}
      >
        <p className="quiet">
          Each service is made anew of what its team deployed last, with the profile that holds and by this version of
          the platform. Nothing has happened yet.
        </p>
      </PageHead>
      {environment === undefined ? (
        platform.error === null ? (
          <SkeletonBlocks label="Loading the order" heights={[52, 240]} />
        ) : (
          <ProblemPanel error={platform.error} retry={() => void platform.refetch()} />
        )
      ) : (
        <Foreseen key={environment} environment={environment} />
      )}
    </>
  );
}

function Foreseen({ environment }: { readonly environment: string }) {
  const order = useQuery(queries.fleetOrder(useClient(), environment));
  const { preview, error } = usePreview(environment);
  if (error !== undefined) return <ProblemPanel error={error} />;
  return (
    <Answered query={order} label="Loading the order" heights={[52, 240]}>
      {(places) => <Foretold environment={environment} places={places} preview={preview} />}
    </Answered>
  );
}

function Foretold({
  environment,
  places,
  preview,
}: {
  readonly environment: string;
  readonly places: readonly FleetPlace[];
  readonly preview: Preview;
}) {
  if (places.length === 0) {
    return (
      <div className="card">
        <Nothing title={`Nothing runs in ${environment} yet`} />
      </div>
    );
  }
  return (
    <>
      <Verdict preview={preview} />
      <StartFleet environment={environment} enabled={(preview.end?.changed ?? 0) > 0} />
      <Section title="Services, the least critical first">
        <div className="card">
          <table className="data-table">
            <thead>
              <tr>
                <th>Turn</th>
                <th>Service</th>
                <th>Why then</th>
                <th>Outcome</th>
                <th>What would change</th>
              </tr>
            </thead>
            <tbody>
              {places.map((place, index) => (
                <tr key={place.service}>
                  <td className="quiet">{index + 1}</td>
                  <td>
                    <Link to="/services/$service" params={{ service: place.service }}>
                      {place.service}
                    </Link>
                  </td>
                  <td className="quiet">{placeWords(place)}</td>
                  <Outcome of={preview.services.get(place.service)} known={preview.end !== undefined} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </>
  );
}

function Verdict({ preview: { end, progress } }: { readonly preview: Preview }) {
  if (end === undefined) {
    const far = progress === undefined ? "" : `${progress.done} of ${counted(progress.total)}.`;
    return (
      <VerdictLine of={outcomes.looking} what="Every service is made anew, to see what would change." next={far} />
    );
  }
  const { changed, unchanged, refused, unknown, restarting } = end;
  const others = [
    unchanged > 0 ? `${unchanged} stay as they are` : "",
    refused > 0 ? `${refused} would be refused` : "",
    unknown > 0 ? `${unknown} are not known well enough` : "",
  ].filter((words) => words !== "");
  const next = others.length === 0 ? "" : `${others.join(", ")}.`;
  if (changed === 0) return <VerdictLine of={outcomes.unchanged} what="No service would change." next={next} />;
  const restarts =
    restarting === changed
      ? "and replace their pods"
      : restarting === 0
        ? "without replacing a pod"
        : `and ${restarting} of them ${restarting === 1 ? "replaces its" : "replace their"} pods`;
  return <VerdictLine of={outcomes.changed} what={`${counted(changed)} would change, ${restarts}.`} next={next} />;
}

function Outcome({ of, known }: { readonly of: Previewed | undefined; readonly known: boolean }) {
  const outcome = of?.outcome ?? (known ? "unchanged" : "looking");
  return (
    <>
      <td className="nowrap">
        <State of={outcomes[outcome]} />
      </td>
      <td className="whole-line">
        {of?.reason}
        {of?.changes.map(({ change, clusters }) => (
          <p key={change}>
            {change} <span className="quiet">{clusters.join(", ")}</span>
          </p>
        ))}
      </td>
    </>
  );
}

function placeWords({ kind, dependents, availability }: FleetPlace): string {
  const waits = dependents === 0 ? "nobody calls it" : `${counted(dependents)} stop with it`;
  const promise = availability === undefined ? "" : `, promises ${availability} %`;
  return kind === "job" ? `job${promise}` : `${kind}, ${waits}${promise}`;
}
