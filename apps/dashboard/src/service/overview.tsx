import { hasCrashed, sameCauses } from "@fairway/api";
import { Link } from "@tanstack/react-router";
import { useEnvironmentFlag } from "../data/environment.ts";
import { CausePanel } from "../elements/cause.tsx";
import { Command } from "../elements/copying.tsx";
import { Nothing, Section } from "../elements/page.tsx";
import { BeingAdopted } from "./being-adopted.tsx";
import { ChangedByHand } from "./changed-by-hand.tsx";
import { ClusterCard } from "./cluster-card.tsx";
import { Crons } from "./crons.tsx";
import { LeftToOthers } from "./left-to-others.tsx";
import { Relations } from "./relations.tsx";
import { RolloutTimeline } from "./rollout-timeline.tsx";
import { useService } from "./service-context.ts";
import "./overview.css";

/** What runs where and is it well; when it is not, why comes first. */
export function Overview() {
  const service = useService();
  const flag = useEnvironmentFlag();
  return (
    <>
      {service.causes.length > 0 && (
        <section className="diagnosis" aria-label="Diagnosis">
          {sameCauses(service.causes).map((same) => (
            <CausePanel key={`${same[0].code} ${same[0].summary}`} of={same}>
              <Command text={`fairway logs ${service.name}${flag}${same.some(hasCrashed) ? " --previous" : ""}`} />
            </CausePanel>
          ))}
        </section>
      )}
      {service.causes.length === 0 && service.trouble !== undefined && (
        <p className="trouble-words">{service.trouble}</p>
      )}
      <section aria-label="Clusters" className="cluster-cards">
        {service.clusters.map((cluster) => (
          <ClusterCard
            key={cluster.cluster}
            of={cluster}
            service={service}
            pods={service.pods.filter((pod) => pod.cluster === cluster.cluster)}
          />
        ))}
      </section>
      <BeingAdopted service={service} />
      <ChangedByHand service={service} />
      <LeftToOthers service={service} />
      {service.crons !== undefined && service.crons.length > 0 && <Crons crons={service.crons} />}
      <div className="overview-columns">
        <Section
          title="Rollouts"
          beside={
            <Link to="/rollouts" search={{ service: service.name }}>
              All rollouts
            </Link>
          }
        >
          {service.rollouts.length === 0 ? (
            <Nothing title="No rollout yet" />
          ) : (
            <RolloutTimeline rollouts={service.rollouts.slice(0, 8)} />
          )}
        </Section>
        <Section title="Who calls whom">
          <Relations service={service} />
        </Section>
      </div>
    </>
  );
}
