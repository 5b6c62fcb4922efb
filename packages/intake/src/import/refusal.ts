import type { ObjectGroup } from "./group-objects.ts";
import { at, listAt, textAt } from "./json-fields.ts";
import { mainContainer } from "./subject.ts";

/** Why objects cannot become a service, and what to do instead. */
export interface Refusal {
  readonly reason: string;
  readonly advice: string;
}

/** Images of what keeps state: a storage of a service, no service. */
const databases =
  /(^|\/)(postgres|postgresql|mysql|mariadb|percona|mongo|mongodb|redis|valkey|keydb|memcached|rabbitmq|kafka|cp-kafka|zookeeper|cassandra|scylla|elasticsearch|opensearch|clickhouse(-server)?|minio|etcd|influxdb|couchdb|neo4j|nats|consul|vault)(-[a-z0-9-]+)?([:@]|$)/;

export function isDatabase(image: string | undefined): boolean {
  return databases.test(image ?? "");
}

/** Everything that stands against it; empty when the objects can become a service. */
export function refusalsOf({ runner, crons }: ObjectGroup): readonly Refusal[] {
  const workload = runner ?? crons[0];
  if (workload === undefined) return [{ reason: "nothing runs", advice: "add the Deployment to the import" }];
  const { main } = mainContainer(workload.template);
  const image = textAt(main, "image");
  const pod = at(workload.template, "spec");
  const containers = listAt(pod, "containers");
  const refusals: Refusal[] = [];
  const refuse = (reason: string, advice: string) => refusals.push({ reason, advice });
  if (image === undefined) refuse("no container has an image", "see whether the manifests are complete");
  if (workload.kind === "DaemonSet") {
    refuse(
      "it runs on every node (DaemonSet)",
      "what nodes need is the cluster's, not a team's: leave it to the platform's owner",
    );
  }
  if (isDatabase(image)) {
    refuse(
      `it is a database or a queue (${image})`,
      "leave it where it is; services name it in [[dependencies]] hosts, or get one of their own by [[storages]]",
    );
  } else if (
    workload.kind === "StatefulSet" &&
    listAt(workload.source.object, "spec", "volumeClaimTemplates").length > 0
  ) {
    refuse(
      "every pod keeps files of its own (StatefulSet with volumeClaimTemplates)",
      "move its state into a storage first, or leave it where it is",
    );
  }
  const hostPaths = listAt(pod, "volumes").flatMap((volume) => textAt(volume, "hostPath", "path") ?? []);
  if (hostPaths.length > 0)
    refuse(
      `it uses files of the node: ${hostPaths.join(", ")} (hostPath)`,
      "take them into the image, or leave it to the platform's owner",
    );
  if (containers.some((one) => at(one, "securityContext", "privileged") === true)) {
    refuse(
      "it runs privileged: it could do everything on its node",
      "let it do without, or leave it to the platform's owner",
    );
  }
  for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
    if (at(pod, field) === true)
      refuse(`it shares what belongs to the node (${field})`, "let it do without, or leave it to the platform's owner");
  }
  return refusals;
}
