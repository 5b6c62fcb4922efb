import { type Cause, hasCrashed, type RolloutDetail, sameCauses } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { useEnvironmentFlag } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { CausePanel } from "../elements/cause.tsx";
import { Command } from "../elements/copying.tsx";
import { Fact } from "../elements/fact.tsx";
import { Duration, Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, Section, usePageTitle } from "../elements/page.tsx";
import { PhaseBar } from "../elements/phase-bar.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { ReleaseChange } from "../elements/release-change.tsx";
import { Skeleton, SkeletonBlocks } from "../elements/skeleton.tsx";
import { State } from "../elements/state.tsx";
import { rolloutAppearance } from "../elements/states.ts";
import { RollBack } from "../rollback/roll-back.tsx";
import { CommandLog } from "./commands/command-log.tsx";
import { RolloutCommands } from "./commands/rollout-commands.tsx";
import { Findings } from "./findings.tsx";
import { Migration } from "./migration.tsx";
import { ObjectChanges } from "./object-changes.tsx";
import { spokenStatus } from "./phases.ts";
import { Replay, useRolloutAt } from "./replay/replay.tsx";
import { RolloutGrid } from "./rollout-grid.tsx";
import { Traffic } from "./traffic/traffic.tsx";
import { useRollout } from "./use-rollout.ts";
import { Verdict } from "./verdict.tsx";
import "./rollout-page.css";

export function RolloutPage() {
  const { number: text } = useParams({ from: "/shell/rollouts/$number" });
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    return (
      <Nothing title={`“${text}” is not the number of a rollout`}>
        <Link to="/rollouts">To the rollouts</Link>
      </Nothing>
    );
  }
  return <RolloutView key={number} number={number} />;
}

function RolloutView({ number }: { readonly number: number }) {
  const rollout = useRollout(number);
  const { data } = rollout;
  const [at, setAt] = useState<number | undefined>(undefined);
  const replayed = useRolloutAt(number, at);
  usePageTitle(
    data === undefined
      ? `Rollout ${number}`
      : `${rolloutAppearance[data.status].word}: ${data.service}, rollout ${number}`,
  );
  const above = <Link to="/rollouts">Rollouts</Link>;
  if (data === undefined) {
    return (
      <>
        <PageHead above={above} title={`Rollout ${number}`}>
          {rollout.error === null && (
            <p>
              <Skeleton width={44} />
            </p>
          )}
        </PageHead>
        {rollout.error === null ? (
          <SkeletonBlocks label={`Loading rollout ${number}`} heights={[52, 240]} />
        ) : (
          <ProblemPanel error={rollout.error} retry={() => void rollout.refetch()} />
        )}
      </>
    );
  }
  const shown = replayed ?? data;
  return (
    <>
      <Head rollout={data} />
      <p className="unseen" role="status">
        {spokenStatus(data)}
      </p>
      <Verdict rollout={shown} />
      {shown.findings.length > 0 && <Findings findings={shown.findings} />}
      <RolloutGrid rollout={shown} />
      {data.endedAt !== undefined && <Replay rollout={data} at={at} onMove={setAt} />}
      <Causes rollout={shown} />
      <Traffic rollout={shown} />
      {shown.migration !== undefined && <Migration migration={shown.migration} />}
      <ObjectChanges changes={data.objectChanges} clusters={data.clusters.length} />
      <CommandLog commands={shown.commands} />
    </>
  );
}

function Head({ rollout }: { readonly rollout: RolloutDetail }) {
  const client = useClient();
  const flag = useEnvironmentFlag();
  // Rolling back makes sense only while this rollout's release is the one that serves.
  const service = useQuery({
    ...queries.service(client, rollout.environment, rollout.service),
    enabled: rollout.status === "succeeded" && rollout.from !== undefined,
  });
  const active = rollout.to !== undefined && service.data?.release === rollout.to;
  const rollingOut = service.data?.rollouts.some(({ endedAt }) => endedAt === undefined) ?? false;
  return (
    <PageHead
      above={<Link to="/rollouts">Rollouts</Link>}
      title={
        <>
          Rollout {rollout.number}{" "}
          <Link to="/services/$service" params={{ service: rollout.service }} className="rollout-service">
            {rollout.service}
          </Link>
        </>
      }
      beside={<State of={rolloutAppearance[rollout.status]} pill />}
      actions={
        <>
          <Command text={`fairway rollouts ${rollout.number}`} />
          <RolloutCommands rollout={rollout} />
          {active && !rollingOut && (
            <RollBack service={rollout.service} environment={rollout.environment} from={rollout.to} to={rollout.from} />
          )}
          {rollout.endedAt !== undefined && rollout.status === "failed" && <Command text={`fairway deploy${flag}`} />}
        </>
      }
    >
      <p className="rollout-change">
        <ReleaseChange from={rollout.from} to={rollout.to} />
        {rollout.changes.length > 0 && (
          <span>
            <span className="quiet">
              {rollout.changes.length} {rollout.changes.length === 1 ? "change" : "changes"}:
            </span>{" "}
            {rollout.changes.join(", ")}
          </span>
        )}
      </p>
      <dl className="facts">
        <Fact name={`${rollout.kind} by`}>{rollout.actor}</Fact>
        <Fact name="started">
          <Moment at={rollout.createdAt} />
        </Fact>
        <Fact name={rollout.endedAt === undefined ? "for" : "took"}>
          <Duration from={rollout.createdAt} to={rollout.endedAt} /> <PhaseBar durations={rollout.durations} />
        </Fact>
        <Fact name="environment">{rollout.environment}</Fact>
        <Fact name="strategy">{rollout.strategy}</Fact>
      </dl>
    </PageHead>
  );
}

/** While it goes on, what looks wrong so far; when it has ended, what was wrong. Below all else: it comes and goes. */
function Causes({ rollout }: { readonly rollout: RolloutDetail }) {
  const flag = useEnvironmentFlag();
  const known = rollout.causes.length > 0;
  const shown = sameCauses(known ? rollout.causes : suspectsOf(rollout));
  if (shown.length === 0) return null;
  const title = known ? "Cause" : "What looks wrong";
  return (
    <Section title={known && shown.length > 1 ? "Causes" : title}>
      <div className="rollout-causes">
        {shown.map((same) => (
          <CausePanel key={`${same[0].code} ${same[0].summary}`} of={same}>
            {rollout.to !== undefined && (
              <Command
                text={`fairway logs ${rollout.service}${flag} --release ${rollout.to.slice(0, 6)}${same.some(hasCrashed) ? " --previous" : ""}`}
              />
            )}
          </CausePanel>
        ))}
      </div>
    </Section>
  );
}

/** Suspects that say more than that one has to wait. */
function suspectsOf(rollout: RolloutDetail): readonly Cause[] {
  if (rollout.endedAt !== undefined) return [];
  return rollout.clusters.flatMap(({ suspect }) =>
    suspect !== undefined && (suspect.severity !== "transient" || suspect.lastLog !== undefined) ? [suspect] : [],
  );
}
