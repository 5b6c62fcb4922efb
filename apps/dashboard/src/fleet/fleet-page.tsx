import type { FleetDetail } from "@fairway/api";
import { Link, useParams } from "@tanstack/react-router";
import { useEnvironmentFlag } from "../data/environment.ts";
import { Answered } from "../elements/answered.tsx";
import { Command } from "../elements/copying.tsx";
import { Fact } from "../elements/fact.tsx";
import { Duration, Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, usePageTitle } from "../elements/page.tsx";
import { State } from "../elements/state.tsx";
import { fleetAppearance } from "../elements/states.ts";
import { VerdictLine } from "../elements/verdict-line.tsx";
import { FleetCommands } from "./fleet-commands.tsx";
import { FleetFailures } from "./fleet-failures.tsx";
import { FleetServices } from "./fleet-services.tsx";
import { FleetStrip } from "./fleet-strip.tsx";
import { useFleet } from "./use-fleet.ts";
import { fleetWords, inState, reasonOf } from "./words.ts";
import "./fleet-page.css";

export function FleetPage() {
  const { number: text } = useParams({ from: "/shell/fleets/$number" });
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    return (
      <Nothing title={`“${text}” is not the number of a fleet rollout`}>
        <Link to="/fleets">To the fleet rollouts</Link>
      </Nothing>
    );
  }
  return <FleetView key={number} number={number} />;
}

function FleetView({ number }: { readonly number: number }) {
  const fleet = useFleet(number);
  const { data } = fleet;
  usePageTitle(
    data === undefined ? `Fleet rollout ${number}` : `${fleetAppearance[data.status].word}: fleet rollout ${number}`,
  );
  return (
    <>
      {data === undefined ? (
        <PageHead above={<Link to="/fleets">Fleet</Link>} title={`Fleet rollout ${number}`} />
      ) : (
        <Head fleet={data} />
      )}
      <Answered query={fleet} label={`Loading fleet rollout ${number}`} heights={[52, 90, 240]}>
        {(known) => (
          <>
            <VerdictLine of={fleetAppearance[known.status]} {...fleetWords(known)} />
            <FleetFailures failed={inState(known, "failed")} />
            <div className="card fleet-picture">
              <FleetStrip fleet={known} />
            </div>
            <FleetServices services={known.services} />
          </>
        )}
      </Answered>
    </>
  );
}

function Head({ fleet }: { readonly fleet: FleetDetail }) {
  const flag = useEnvironmentFlag();
  return (
    <PageHead
      above={<Link to="/fleets">Fleet</Link>}
      title={`Fleet rollout ${fleet.number}`}
      beside={<State of={fleetAppearance[fleet.status]} pill />}
      actions={
        <>
          <Command text={`fairway fleet${flag}`} />
          <FleetCommands fleet={fleet} />
        </>
      }
    >
      <dl className="facts">
        <Fact name="brings">{reasonOf(fleet)}</Fact>
        <Fact name="by">{fleet.actor}</Fact>
        <Fact name="started">
          <Moment at={fleet.createdAt} />
        </Fact>
        <Fact name={fleet.endedAt === undefined ? "for" : "took"}>
          <Duration from={fleet.createdAt} to={fleet.endedAt} />
        </Fact>
        <Fact name="environment">{fleet.environment}</Fact>
        <Fact name="at a time">1, then up to {fleet.parallel}</Fact>
        <Fact name="halts after">
          {fleet.stopAfter} {fleet.stopAfter === 1 ? "failure" : "failures"}
        </Fact>
      </dl>
    </PageHead>
  );
}
