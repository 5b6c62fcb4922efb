import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useClient } from "../data/client.ts";
import { useEnvironment } from "../data/environment.ts";
import { queries } from "../data/queries.ts";
import { Command } from "../elements/copying.tsx";
import { Nothing } from "../elements/page.tsx";
import { ProblemPanel } from "../elements/problem-panel.tsx";
import { SkeletonBlocks } from "../elements/skeleton.tsx";
import { useService } from "./service-context.ts";
import { yamlLines } from "./yaml-lines.ts";
import "./kubernetes.css";
import "./tab.css";

interface Shown {
  readonly cluster: string;
  /** `Deployment/user-a` */
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}

function shownOf(item: { readonly cluster: string; readonly object: Readonly<Record<string, unknown>> }): Shown {
  const kind = typeof item.object.kind === "string" ? item.object.kind : "Object";
  const metadata = isRecord(item.object.metadata) ? item.object.metadata : {};
  const name = typeof metadata.name === "string" ? metadata.name : "";
  // Who set which field is noise to a reader.
  const { managedFields: _, ...rest } = metadata;
  return { cluster: item.cluster, id: `${kind}/${name}`, kind, name, object: { ...item.object, metadata: rest } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects as the clusters have them: Kubernetes is hidden by default, never walled off. */
export function Kubernetes() {
  const service = useService();
  const client = useClient();
  const search = useSearch({ from: "/shell/services/$service/kubernetes" });
  const objects = useQuery(queries.serviceObjects(client, useEnvironment(), service.name));
  if (objects.data === undefined) {
    return objects.error === null ? (
      <SkeletonBlocks label="Loading objects" heights={[420]} />
    ) : (
      <ProblemPanel error={objects.error} retry={() => void objects.refetch()} />
    );
  }
  const all = objects.data.map(shownOf);
  const clusters = [...new Set(all.map(({ cluster }) => cluster))];
  const chosen =
    all.find(({ cluster, id }) => cluster === search.cluster && id === search.object) ??
    all.find(({ kind }) => kind === "Deployment") ??
    all[0];
  if (chosen === undefined) return <Nothing title="No objects: nothing of this service is in a cluster" />;
  return (
    <>
      <div className="tab-tools">
        <Command text={`fairway kubeconfig ${chosen.cluster} > ${chosen.cluster}.kubeconfig`} />
        <Command
          text={`kubectl --kubeconfig ${chosen.cluster}.kubeconfig -n ${service.namespace} get ${chosen.kind.toLowerCase()} ${chosen.name} -o yaml`}
        />
      </div>
      <div className="objects card">
        <nav aria-label="Objects">
          {clusters.map((cluster) => (
            <div key={cluster}>
              <h3>{cluster}</h3>
              <ul>
                {all
                  .filter((object) => object.cluster === cluster)
                  .map((object) => (
                    <li key={object.id}>
                      <Link
                        to="/services/$service/kubernetes"
                        params={{ service: service.name }}
                        search={{ cluster, object: object.id }}
                        className={object === chosen ? "chosen" : ""}
                        aria-current={object === chosen ? "true" : undefined}
                        resetScroll={false}
                        replace
                      >
                        <span className="object-kind">{object.kind}</span>
                        <span className="object-name">{object.name}</span>
                      </Link>
                    </li>
                  ))}
              </ul>
            </div>
          ))}
        </nav>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
        <section className="yaml" tabIndex={0} aria-label={`${chosen.id} in ${chosen.cluster}`}>
          <pre className="mono">
            {yamlLines(chosen.object).map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place
              <span key={index}>
                {"  ".repeat(line.indent)}
                {line.dash && "- "}
                {line.key !== undefined && <span className="yaml-key">{line.key}:</span>}
                {line.key !== undefined && line.value !== "" && " "}
                {line.value}
                {"\n"}
              </span>
            ))}
          </pre>
        </section>
      </div>
    </>
  );
}
