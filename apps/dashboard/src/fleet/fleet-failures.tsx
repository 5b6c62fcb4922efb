import { hasCrashed, sameCauses } from "@fairway/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { useEnvironmentFlag } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { CausePanel } from "../elements/cause.tsx";
import { Command } from "../elements/copying.tsx";
import { Section } from "../elements/page.tsx";
import type { FleetService } from "./words.ts";
import "./fleet-failures.css";

/** So many failures are told with their causes; the others stand in the table with their reasons. */
const told = 3;

/** What failed, with its causes: first of all that one sees. */
export function FleetFailures({ failed }: { readonly failed: readonly FleetService[] }) {
  if (failed.length === 0) return null;
  return (
    <Section title={failed.length === 1 ? "What failed" : `What failed: ${failed.length} services`}>
      <div className="fleet-failures">
        {failed.slice(0, told).map((service) => (
          <Failure key={service.service} of={service} />
        ))}
      </div>
    </Section>
  );
}

function Failure({ of: { service, rollout: number = 0, reason } }: { readonly of: FleetService }) {
  const flag = useEnvironmentFlag();
  const rollout = useQuery({ ...queries.rollout(useClient(), number), enabled: number > 0 });
  const causes = sameCauses(rollout.data?.causes ?? []);
  const release = rollout.data?.to;
  return (
    <div className="fleet-failure">
      <h3>
        <Link to="/services/$service" params={{ service }}>
          {service}
        </Link>
        {number > 0 && (
          <Link to="/rollouts/$number" params={{ number: String(number) }} className="fleet-rollout">
            rollout #{number}
          </Link>
        )}
      </h3>
      {causes.length === 0 ? (
        <p>{reason}</p>
      ) : (
        causes.map((same) => (
          <CausePanel key={`${same[0].code} ${same[0].summary}`} of={same}>
            {release !== undefined && (
              <Command
                text={`fairway logs ${service}${flag} --release ${release.slice(0, 6)}${same.some(hasCrashed) ? " --previous" : ""}`}
              />
            )}
          </CausePanel>
        ))
      )}
    </div>
  );
}
