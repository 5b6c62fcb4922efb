import type { ClusterSummary } from "@fairway/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../data/client.ts";
import { queries } from "../data/queries.ts";
import { Answered } from "../elements/answered.tsx";
import { Button } from "../elements/button.tsx";
import { Command } from "../elements/copying.tsx";
import { Question } from "../elements/dialog.tsx";
import { Moment } from "../elements/moment.tsx";
import { Nothing, PageHead, usePageTitle } from "../elements/page.tsx";
import { State } from "../elements/state.tsx";
import { clusterAppearance } from "../elements/states.ts";
import { Registries } from "./registries.tsx";
import "./clusters-page.css";

const addCommand = "fairway cluster add NAME --kubeconfig FILE --env prod";

/** All clusters: can they be reached, what runs there. */
export function ClustersPage() {
  usePageTitle("Clusters");
  const client = useClient();
  const clusters = useQuery(queries.clusters(client));
  return (
    <>
      <PageHead title="Clusters" actions={<Command text="fairway clusters" />} />
      <Answered query={clusters} label="Loading clusters" heights={[150, 150]}>
        {(all) =>
          all.length === 0 ? (
            <div className="card">
              <Nothing title="No cluster yet. Any Kubernetes API will do:">
                <Command text={addCommand} />
              </Nothing>
            </div>
          ) : (
            <>
              <ul className="clusters">
                {all.map((cluster) => (
                  <li key={cluster.name}>
                    <ClusterPanel cluster={cluster} />
                  </li>
                ))}
              </ul>
              <p className="clusters-add quiet">
                Add any Kubernetes API <Command text={addCommand} />
              </p>
              <Registries />
            </>
          )
        }
      </Answered>
    </>
  );
}

function ClusterPanel({ cluster }: { readonly cluster: ClusterSummary }) {
  return (
    <article className="cluster-panel card" aria-label={`Cluster ${cluster.name}`}>
      <header>
        <div>
          <h2>{cluster.name}</h2>
          <p className="quiet">
            {cluster.environment}, {cluster.embedded ? "embedded" : "registered by kubeconfig"}
          </p>
        </div>
        <State of={clusterAppearance(cluster)} />
      </header>
      <p className="cluster-trouble">
        {cluster.stopped ? "Stopped by a person. Rollouts are refused until it runs again." : cluster.trouble}
      </p>
      {cluster.retiring !== undefined && (
        <div className="cluster-retiring">
          <p className="quiet">
            Is being removed, asked for by {cluster.retiring.by} <Moment at={cluster.retiring.at} />: services leave it
            one by one, then it is forgotten.
          </p>
          <Command text={`fairway cluster remove ${cluster.name} --cancel`} />
        </div>
      )}
      <dl className="cluster-numbers">
        <div>
          <dt>services</dt>
          <dd>{cluster.services}</dd>
        </div>
        <div>
          <dt>nodes</dt>
          <dd>{cluster.nodes ?? "unknown"}</dd>
        </div>
        <div>
          <dt>Kubernetes</dt>
          <dd>{cluster.version ?? "unknown"}</dd>
        </div>
        <div>
          <dt>seen</dt>
          <dd>{cluster.lastSeenAt === undefined ? "never" : <Moment at={cluster.lastSeenAt} />}</dd>
        </div>
      </dl>
      <footer>
        <Command text={`fairway kubeconfig ${cluster.name}`} />
        {cluster.embedded && <StopOrStart cluster={cluster} />}
      </footer>
    </article>
  );
}

/** Embedded clusters may be stopped, for trying what happens. */
function StopOrStart({ cluster }: { readonly cluster: ClusterSummary }) {
  const client = useClient();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const verb = cluster.stopped ? "start" : "stop";
  const change = useMutation({
    mutationFn: () =>
      cluster.stopped
        ? client.startCluster({ params: { cluster: cluster.name } })
        : client.stopCluster({ params: { cluster: cluster.name } }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ["clusters"] });
      setAsking(false);
    },
  });
  return (
    <>
      <Button
        onClick={() => {
          change.reset();
          setAsking(true);
        }}
      >
        {cluster.stopped ? "Start" : "Stop"}
      </Button>
      {asking && (
        <Question
          title={cluster.stopped ? `Start ${cluster.name}?` : `Stop ${cluster.name}?`}
          command={`fairway cluster ${verb} ${cluster.name}`}
          answer={cluster.stopped ? "Start the cluster" : "Stop the cluster"}
          danger={!cluster.stopped}
          busy={change.isPending}
          error={change.error}
          onAnswer={() => change.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            {cluster.stopped
              ? "Its objects are kept; services come back and converge on the current releases."
              : `Its ${cluster.services} ${cluster.services === 1 ? "service stops" : "services stop"} and the cluster becomes unreachable. Traffic goes to the other clusters, rollouts to this environment are refused.`}
          </p>
        </Question>
      )}
    </>
  );
}
