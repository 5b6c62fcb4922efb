import type { Fleet } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { useEnvironment, useEnvironmentFlag } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Answered } from "../elements/answered.tsx";
import { Command } from "../elements/copying.tsx";
import { Duration, Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, Section, usePageTitle } from "../elements/page.tsx";
import { State } from "../elements/state.tsx";
import { fleetAppearance } from "../elements/states.ts";
import { VerdictLine } from "../elements/verdict-line.tsx";
import { FleetStrip } from "./fleet-strip.tsx";
import { useFleet } from "./use-fleet.ts";
import { fleetWords, reasonOf } from "./words.ts";
import "../elements/button.css";
import "../elements/data-table.css";
import "./fleets-page.css";

/** Changes of the platform that go to all services: the one under way first, then those before it. */
export function FleetsPage() {
  usePageTitle("Fleet");
  const fleets = useQuery(queries.fleets(useClient(), useEnvironment()));
  const flag = useEnvironmentFlag();
  const goingOn = fleets.data?.filter(({ endedAt }) => endedAt === undefined) ?? [];
  const ended = fleets.data?.filter(({ endedAt }) => endedAt !== undefined) ?? [];
  return (
    <>
      <PageHead
        title="Fleet"
        actions={
          <>
            <Command text={`fairway fleet${flag}`} />
            {fleets.data !== undefined && goingOn.length === 0 && (
              <Link to="/fleets/start" className="button main">
                Start a fleet rollout
              </Link>
            )}
          </>
        }
      >
        <p className="quiet">
          A new profile or version of the platform goes to every service, the least critical first, each by a rollout of
          its own.
        </p>
      </PageHead>
      <Answered query={fleets} label="Loading fleet rollouts" heights={[160, 120]}>
        {(all) => (
          <>
            {goingOn.map((fleet) => (
              <GoingOn key={fleet.number} of={fleet} />
            ))}
            {all.length === 0 && (
              <div className="card">
                <Nothing title="No fleet rollout yet. What one would change, before anything happens:">
                  <Command text={`fairway fleet start --dry-run${flag}`} />
                </Nothing>
              </div>
            )}
            {ended.length > 0 && <Ended fleets={ended} />}
          </>
        )}
      </Answered>
    </>
  );
}

function GoingOn({ of }: { readonly of: Fleet }) {
  const { data: fleet } = useFleet(of.number);
  return (
    <article className="card fleet-going-on" aria-label={`Fleet rollout ${of.number}`}>
      <header>
        <h2>
          <Link to="/fleets/$number" params={{ number: String(of.number) }}>
            Fleet rollout {of.number}
          </Link>
        </h2>
        <State of={fleetAppearance[fleet?.status ?? of.status]} />
        <span className="quiet">
          {of.environment}, {reasonOf(of)}, by {of.actor} <Moment at={of.createdAt} />
        </span>
      </header>
      {fleet !== undefined && (
        <>
          <VerdictLine of={fleetAppearance[fleet.status]} {...fleetWords(fleet)} />
          <FleetStrip fleet={fleet} />
        </>
      )}
    </article>
  );
}

function Ended({ fleets }: { readonly fleets: readonly Fleet[] }) {
  return (
    <Section title="Before">
      <div className="card">
        <table className="data-table">
          <thead>
            <tr>
              <th>Status</th>
              <th>Number</th>
              <th>For</th>
              <th>Environment</th>
              <th>By</th>
              <th>Started</th>
              <th>Took</th>
            </tr>
          </thead>
          <tbody>
            {fleets.map((fleet) => (
              <tr key={fleet.number}>
                <td className="nowrap">
                  <State of={fleetAppearance[fleet.status]} />
                </td>
                <td>
                  <Link to="/fleets/$number" params={{ number: String(fleet.number) }}>
                    #{fleet.number}
                  </Link>
                </td>
                <td>{reasonOf(fleet)}</td>
                <td>{fleet.environment}</td>
                <td data-label="by">{fleet.actor}</td>
                <td className="nowrap">
                  <Moment at={fleet.createdAt} />
                </td>
                <td className="nowrap" data-label="took">
                  <Duration from={fleet.createdAt} to={fleet.endedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
