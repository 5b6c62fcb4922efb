import type { ServiceDetail } from "@fairway/api";
import { Link } from "@tanstack/react-router";
import { Identifier, ReleaseName } from "../elements/copying.tsx";
import { Mark } from "../elements/mark.tsx";
import { Moment } from "../elements/moment.tsx";
import { PodPicker } from "../elements/pods.tsx";
import { State } from "../elements/state.tsx";
import { healthAppearance } from "../elements/states.ts";
import "./cluster-card.css";

type InCluster = ServiceDetail["clusters"][number];
type PodOfService = ServiceDetail["pods"][number];

/** The service in one cluster. What was seen last is shown dimmed while the cluster cannot be reached. */
export function ClusterCard({
  of,
  service,
  pods,
}: {
  readonly of: InCluster;
  readonly service: ServiceDetail;
  readonly pods: readonly PodOfService[];
}) {
  const share = Math.round(of.trafficShare * 100);
  return (
    <article className="cluster-card card" aria-label={`Cluster ${of.cluster}`}>
      <header>
        <h3>{of.cluster}</h3>
        <State of={healthAppearance[of.health]} />
      </header>
      {!of.reachable && (
        <p className="cluster-note">
          <Mark shape="ring" tone="idle" />
          <span>
            Unreachable. Seen last {of.observedAt === undefined ? "never" : <Moment at={of.observedAt} />}; it converges
            when it returns.
          </span>
        </p>
      )}
      {of.drained && (
        <p className="cluster-note">
          <Mark shape="dash" tone="warn" />
          <span>Drained: takes no traffic at the edge until it has converged.</span>
        </p>
      )}
      <dl className="cluster-facts">
        <div>
          <dt>ready</dt>
          <dd className="cluster-ready">
            {of.ready}
            <span className="quiet"> of {of.desired}</span>
          </dd>
        </div>
        <div>
          <dt>release</dt>
          <dd>{of.release === undefined ? <span className="quiet">none</span> : <ReleaseName name={of.release} />}</dd>
        </div>
        <div>
          <dt>slot</dt>
          <dd>{of.slot ?? <span className="quiet">none</span>}</dd>
        </div>
        <div>
          <dt>traffic</dt>
          <dd>
            {share}&#8239;%
            <span className="share" aria-hidden="true">
              <span style={{ inlineSize: `${share}%` }} />
            </span>
          </dd>
        </div>
      </dl>
      <PodPicker
        pods={pods}
        label={`Pods in ${of.cluster}`}
        links={(pod) => (
          <Link
            to="/services/$service/logs"
            params={{ service: service.name }}
            search={{ cluster: of.cluster, pod: pod.name }}
          >
            logs
          </Link>
        )}
      />
      <p className="cluster-address quiet">
        <Identifier value={of.address} />
      </p>
    </article>
  );
}
