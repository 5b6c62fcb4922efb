import type { RolloutSummary } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Answered } from "../elements/answered.tsx";
import { Button } from "../elements/button.tsx";
import { Command } from "../elements/copying.tsx";
import { Choice } from "../elements/field.tsx";
import { Duration, Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, usePageTitle } from "../elements/page.tsx";
import { PhaseBar } from "../elements/phase-bar.tsx";
import { ReleaseChange } from "../elements/release-change.tsx";
import { State } from "../elements/state.tsx";
import { rolloutAppearance } from "../elements/states.ts";
import "../elements/data-table.css";
import "./rollouts-page.css";

const step = 50;
const most = 500;
const statuses = Object.keys(rolloutAppearance);

/** Rollouts of all services, newest first. */
export function RolloutsPage() {
  usePageTitle("Rollouts");
  const client = useClient();
  const environment = useEnvironment();
  const search = useSearch({ from: "/shell/rollouts" });
  const navigate = useNavigate({ from: "/rollouts" });
  const [limit, setLimit] = useState(step);
  const rollouts = useQuery({
    ...queries.rollouts(client, environment, limit, search.service),
    placeholderData: (previous) => previous,
  });
  // The services to choose from are those of the newest rollouts, also while one of them is chosen.
  const newest = useQuery(queries.rollouts(client, environment, step, undefined));
  const names = [...new Set(newest.data?.map(({ service }) => service))].sort();
  const filter = (change: typeof search) => {
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  };
  return (
    <>
      <PageHead title="Rollouts" actions={<Command text="fairway rollouts" />} />
      <Answered query={rollouts} label="Loading rollouts" heights={[36, 52, 52, 52, 52, 52]}>
        {(all) => {
          const shown = all.filter(
            ({ service, status }) =>
              (search.service === undefined || service === search.service) &&
              (search.status === undefined || status === search.status),
          );
          return (
            <>
              <div className="rollouts-filters">
                <Choice
                  label="Service"
                  all="Every service"
                  value={search.service}
                  values={names}
                  onChange={(service) => filter({ service })}
                />
                <Choice
                  label="Status"
                  all="Every status"
                  value={search.status}
                  values={statuses}
                  onChange={(status) => filter({ status })}
                />
              </div>
              <div className="card rollouts">
                {shown.length === 0 ? (
                  <Nothing title={all.length === 0 ? "No rollout yet" : "No rollout matches"}>
                    {all.length === 0 ? (
                      <Command text="fairway deploy" />
                    ) : (
                      <Button onClick={() => filter({ service: undefined, status: undefined })}>Clear filters</Button>
                    )}
                  </Nothing>
                ) : (
                  <RolloutTable rollouts={shown} />
                )}
              </div>
              {all.length >= limit && limit < most && (
                <p className="rollouts-more">
                  <Button onClick={() => setLimit(most)}>Older rollouts</Button>
                </p>
              )}
            </>
          );
        }}
      </Answered>
    </>
  );
}

function RolloutTable({ rollouts }: { readonly rollouts: readonly RolloutSummary[] }) {
  return (
    <table className="data-table">
      <thead>
        <tr>
          <th>Status</th>
          <th>Rollout</th>
          <th>Service</th>
          <th>Release</th>
          <th>Changes</th>
          <th>By</th>
          <th>Started</th>
          <th>Took</th>
        </tr>
      </thead>
      <tbody>
        {rollouts.map((rollout) => (
          <tr key={rollout.number}>
            <td className="nowrap">
              <State of={rolloutAppearance[rollout.status]} />
            </td>
            <td className="nowrap">
              <Link to="/rollouts/$number" params={{ number: String(rollout.number) }} className="rollouts-number">
                #{rollout.number}
              </Link>
              {rollout.kind !== "deploy" && <span className="quiet"> {rollout.kind}</span>}
            </td>
            <td>
              <Link to="/services/$service" params={{ service: rollout.service }}>
                {rollout.service}
              </Link>
            </td>
            <td>
              <ReleaseChange from={rollout.from} to={rollout.to} />
            </td>
            <td className="rollouts-changes whole-line">
              {rollout.changes.length === 0 ? <span className="quiet">none</span> : rollout.changes.join(", ")}
              {rollout.reason !== undefined && <p className="rollouts-reason">{rollout.reason}</p>}
            </td>
            <td data-label="by">{rollout.actor}</td>
            <td className="nowrap">
              <Moment at={rollout.createdAt} />
            </td>
            <td className="nowrap rollouts-took" data-label="took">
              <Duration from={rollout.createdAt} to={rollout.endedAt} />
              <PhaseBar durations={rollout.durations} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
