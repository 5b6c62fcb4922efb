import type { ServiceSummary } from "@fairway/api";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { Mark } from "../elements/mark.tsx";
import { Moment } from "../elements/moment.tsx";
import { State } from "../elements/state.tsx";
import { healthAppearance, rolloutAppearance } from "../elements/states.ts";
import { ClusterChip } from "./cluster-chip.tsx";

/** So many clusters stand in a row; the rest is a number. */
const chips = 3;

/** One service in one line. The whole row leads to it; ids and chips do not get in the way. */
export const ServiceRow = memo(function ServiceRow({
  service,
  index,
  top,
  height,
}: {
  readonly service: ServiceSummary;
  readonly index: number;
  readonly top: number;
  readonly height: number;
}) {
  const { lastRollout } = service;
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the table of services
    // biome-ignore lint/a11y/useFocusableInteractive: the link inside takes the focus
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className="services-row service-row"
      style={{ transform: `translateY(${top}px)`, blockSize: height }}
    >
      <Cell name="health">
        <State of={healthAppearance[service.health]} />
      </Cell>
      <Cell name="name">
        <Link to="/services/$service" params={{ service: service.name }} title={service.description}>
          {service.name}
        </Link>
        {service.kind !== "business" && <span className="service-kind">{service.kind}</span>}
      </Cell>
      <Cell name="owner">{service.owner ?? <span className="quiet">no owner</span>}</Cell>
      <Cell name="engine">{service.engine}</Cell>
      <Cell name="clusters">
        {service.clusters.slice(0, chips).map((cluster) => (
          <ClusterChip key={cluster.cluster} of={cluster} release={service.release} />
        ))}
        {service.clusters.length > chips && <span className="quiet">+{service.clusters.length - chips}</span>}
      </Cell>
      <Cell name="rollout">
        {lastRollout === undefined ? (
          <span className="quiet">none</span>
        ) : (
          <span className="service-rollout" title={rolloutAppearance[lastRollout.status].word}>
            <Mark {...rolloutAppearance[lastRollout.status]} />
            <span className="unseen">{rolloutAppearance[lastRollout.status].word}</span>
            <span>#{lastRollout.number}</span>
            <span className="quiet">
              <Moment at={lastRollout.endedAt ?? lastRollout.createdAt} />
            </span>
          </span>
        )}
      </Cell>
      <Cell name="trouble">
        <span title={service.trouble}>{service.trouble}</span>
      </Cell>
    </div>
  );
});

function Cell({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the table of services
    <div role="cell" className={`cell-${name}`}>
      {children}
    </div>
  );
}
