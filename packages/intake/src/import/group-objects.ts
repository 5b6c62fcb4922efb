import { at, fieldsAt, listAt, textAt, textsAt } from "./json-fields.ts";
import type { SourceObject } from "./read-objects.ts";
import type { SortedOut } from "./sort-out.ts";

type Labels = Readonly<Record<string, string>>;

/** What makes pods. */
export interface Workload {
  readonly source: SourceObject;
  readonly kind: string;
  readonly name: string;
  /** The pod template: metadata and spec. */
  readonly template: unknown;
  readonly labels: Labels;
}

/** The objects of one service, and what they refer to. */
export interface ObjectGroup {
  /** What runs all the time; undefined: the service only runs by the clock. */
  readonly runner: Workload | undefined;
  readonly services: readonly SourceObject[];
  /** Ingresses and HTTPRoutes that lead to it. */
  readonly routes: readonly SourceObject[];
  readonly autoscaler: SourceObject | undefined;
  readonly budget: SourceObject | undefined;
  readonly account: SourceObject | undefined;
  /** ServiceMonitors and PodMonitors. */
  readonly monitors: readonly SourceObject[];
  readonly crons: readonly Workload[];
  readonly migrations: readonly Workload[];
  readonly configMaps: readonly SourceObject[];
  readonly secrets: readonly SourceObject[];
  /** What else was about these pods: network policies, roles, quotas. Fairway has rules of its own for those. */
  readonly ruled: readonly SourceObject[];
}

export interface Grouped {
  readonly groups: readonly ObjectGroup[];
  readonly left: SortedOut["left"];
}

const runnerKinds = new Set([
  "Deployment",
  "Rollout",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Pod",
]);

/** Which objects belong to one service, by selectors and references. */
export function groupObjects(sorted: SortedOut): Grouped {
  const { objects } = sorted;
  const ofKind = (...kinds: readonly string[]) => objects.filter(({ object }) => kinds.includes(object.kind));
  const rollouts = ofKind("Rollout").filter(({ object }) => at(object, "spec", "workloadRef") !== undefined);
  const replaced = new Set(rollouts.map(({ object }) => textAt(object, "spec", "workloadRef", "name")));
  const runners = objects
    .filter(({ object }) => runnerKinds.has(object.kind))
    .filter(({ object }) => object.kind !== "Deployment" || !replaced.has(object.metadata.name))
    .map((source) => workloadOf(source, objects));
  const jobs = ofKind("CronJob", "Job").map((source) => workloadOf(source, objects));
  const hooks = sorted.migrations.map((source) => workloadOf(source, objects));

  const homes = new Map([...jobs, ...hooks].map((job) => [job, homeOf(job, runners)]));
  const alone = jobs.filter((job) => homes.get(job) === undefined && job.kind === "CronJob");
  const byImage = Map.groupBy(alone, (job) => repositoryOf(job) ?? job.name);

  const claimed = new Set<SourceObject>();
  const groupOf = (
    runner: Workload | undefined,
    crons: readonly Workload[],
    migrations: readonly Workload[],
  ): ObjectGroup => {
    const group = referencesOf(objects, runner, crons, migrations);
    for (const source of [
      ...(runner === undefined ? [] : [runner.source]),
      ...[...crons, ...migrations].map(({ source }) => source),
      ...group.services,
      ...group.routes,
      ...group.monitors,
      ...group.configMaps,
      ...group.secrets,
      ...group.ruled,
      ...[group.autoscaler, group.budget, group.account].flatMap((one) => one ?? []),
    ]) {
      claimed.add(source);
    }
    return group;
  };
  const groups = [
    ...runners.map((runner) => {
      const own = jobs.filter((job) => homes.get(job) === runner);
      const isMigration = (job: Workload) =>
        job.kind === "Job" && /migrat|schema|db-?(setup|init|update)/i.test(job.name);
      const migrations = [...hooks.filter((job) => homes.get(job) === runner), ...own.filter(isMigration)];
      return groupOf(
        runner,
        own.filter(({ kind }) => kind === "CronJob"),
        migrations,
      );
    }),
    ...[...byImage.values()].map((crons) => groupOf(undefined, crons, [])),
  ];
  for (const source of rollouts) claimed.add(source);
  for (const { object, ...source } of ofKind("Deployment")) {
    if (replaced.has(object.metadata.name))
      claimed.add(objects.find((one) => one.object === object) ?? { object, ...source });
  }
  return { groups, left: [...sorted.left, ...leftOver([...objects, ...sorted.migrations], claimed)] };
}

function workloadOf(source: SourceObject, objects: readonly SourceObject[]): Workload {
  const { object } = source;
  const { kind, metadata } = object;
  const referred = textAt(object, "spec", "workloadRef", "name");
  const real = objects.find((one) => one.object.kind === "Deployment" && one.object.metadata.name === referred)?.object;
  const template =
    kind === "Pod"
      ? object
      : kind === "CronJob"
        ? at(object, "spec", "jobTemplate", "spec", "template")
        : at(real ?? object, "spec", "template");
  return { source, kind, name: metadata.name, template, labels: textsAt(template, "metadata", "labels") };
}

/** The service whose image a job runs; of several, the one whose name the job's begins with, else the first. */
function homeOf(job: Workload, runners: readonly Workload[]): Workload | undefined {
  const repository = repositoryOf(job);
  const same = runners.filter(
    (runner) =>
      sameNamespace(runner.source, job.source) && repository !== undefined && repositoryOf(runner) === repository,
  );
  return same.toSorted((a, b) => likeness(b, job) - likeness(a, job))[0];
}

function likeness(runner: Workload, job: Workload): number {
  return job.name.startsWith(runner.name) ? runner.name.length : 0;
}

/** The first container's image without tag and digest. */
export function repositoryOf({ template }: Pick<Workload, "template">): string | undefined {
  return textAt(template, "spec", "containers", 0, "image")
    ?.replace(/@.*$/, "")
    .replace(/:[^/:]*$/, "");
}

function referencesOf(
  objects: readonly SourceObject[],
  runner: Workload | undefined,
  crons: readonly Workload[],
  migrations: readonly Workload[],
): ObjectGroup {
  const workloads = [...(runner === undefined ? [] : [runner]), ...crons, ...migrations];
  const [first] = workloads;
  const near = objects.filter((one) => first !== undefined && sameNamespace(one, first.source));
  const ofKind = (...kinds: readonly string[]) => near.filter(({ object }) => kinds.includes(object.kind));
  const labels = runner?.labels ?? {};
  const services = ofKind("Service").filter(
    ({ object }) => object.apiVersion === "v1" && selects(textsAt(object, "spec", "selector"), labels),
  );
  const serviceNames = new Set(services.map(({ object }) => object.metadata.name));
  const names = mentioned(workloads.map(({ template }) => template));
  const targets = (object: unknown) =>
    runner !== undefined &&
    textAt(object, "spec", "scaleTargetRef", "name") === runner.name &&
    (textAt(object, "spec", "scaleTargetRef", "kind") ?? "Deployment") === runner.kind;
  const account =
    textAt(first?.template, "spec", "serviceAccountName") ?? textAt(first?.template, "spec", "serviceAccount");
  return {
    runner,
    services,
    routes: ofKind("Ingress", "HTTPRoute").filter(({ object }) =>
      backendsOf(object).some((name) => serviceNames.has(name)),
    ),
    autoscaler: ofKind("HorizontalPodAutoscaler").find(({ object }) => targets(object)),
    budget: ofKind("PodDisruptionBudget").find(({ object }) =>
      selects(textsAt(object, "spec", "selector", "matchLabels"), labels),
    ),
    account: ofKind("ServiceAccount").find(({ object }) => object.metadata.name === account),
    monitors: [
      ...ofKind("ServiceMonitor").filter(({ object }) =>
        services.some((service) =>
          selects(textsAt(object, "spec", "selector", "matchLabels"), textsAt(service.object, "metadata", "labels")),
        ),
      ),
      ...ofKind("PodMonitor").filter(({ object }) =>
        selects(textsAt(object, "spec", "selector", "matchLabels"), labels),
      ),
    ],
    crons,
    migrations,
    configMaps: ofKind("ConfigMap").filter(({ object }) => names.configMaps.has(object.metadata.name)),
    secrets: ofKind("Secret", "SealedSecret", "ExternalSecret").filter(({ object }) =>
      names.secrets.has(object.metadata.name),
    ),
    ruled: [
      ...ofKind("NetworkPolicy").filter(({ object }) => {
        const selector = textsAt(object, "spec", "podSelector", "matchLabels");
        return runner !== undefined && (Object.keys(selector).length === 0 || selects(selector, labels));
      }),
      ...rolesOf(near, account),
      ...ofKind("ResourceQuota", "LimitRange"),
    ],
  };
}

function rolesOf(near: readonly SourceObject[], account: string | undefined): readonly SourceObject[] {
  const bindings = near.filter(
    ({ object }) =>
      /^(Cluster)?RoleBinding$/.test(object.kind) &&
      listAt(object, "subjects").some((subject) => account !== undefined && textAt(subject, "name") === account),
  );
  const names = new Set(
    bindings.map(({ object }) => `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`),
  );
  return [...bindings, ...near.filter(({ object }) => names.has(`${object.kind}/${object.metadata.name}`))];
}

/** Names of ConfigMaps and Secrets that pods take variables or files from. */
function mentioned(templates: readonly unknown[]): {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
} {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const add = (to: Set<string>, name: string | undefined) => name !== undefined && to.add(name);
  for (const template of templates) {
    const pod = fieldsAt(template, "spec");
    for (const container of [...listAt(pod, "containers"), ...listAt(pod, "initContainers")]) {
      for (const from of listAt(container, "envFrom")) {
        add(configMaps, textAt(from, "configMapRef", "name"));
        add(secrets, textAt(from, "secretRef", "name"));
      }
      for (const variable of listAt(container, "env")) {
        add(configMaps, textAt(variable, "valueFrom", "configMapKeyRef", "name"));
        add(secrets, textAt(variable, "valueFrom", "secretKeyRef", "name"));
      }
    }
    for (const volume of listAt(pod, "volumes")) {
      for (const part of [volume, ...listAt(volume, "projected", "sources")]) {
        add(configMaps, textAt(part, "configMap", "name"));
        add(secrets, textAt(part, "secret", "secretName") ?? textAt(part, "secret", "name"));
      }
    }
    for (const secret of listAt(pod, "imagePullSecrets")) add(secrets, textAt(secret, "name"));
  }
  return { configMaps, secrets };
}

/** Names of the Services that an Ingress or HTTPRoute leads to. */
export function backendsOf(object: unknown): readonly string[] {
  const rules = listAt(object, "spec", "rules");
  const names = [
    textAt(object, "spec", "defaultBackend", "service", "name"),
    ...rules.flatMap((rule) => listAt(rule, "http", "paths").map((path) => textAt(path, "backend", "service", "name"))),
    ...rules.flatMap((rule) => listAt(rule, "backendRefs").map((ref) => textAt(ref, "name"))),
  ];
  return [...new Set(names.flatMap((name) => name ?? []))];
}

/** Whether a selector that is not empty chooses these labels. */
function selects(selector: Labels, labels: Labels): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** Manifests often leave the namespace to whoever applies them. */
function sameNamespace(a: SourceObject, b: SourceObject): boolean {
  const [one, other] = [a.object.metadata.namespace, b.object.metadata.namespace];
  return one === undefined || other === undefined || one === other;
}

const reasons: Readonly<Record<string, string>> = {
  ConfigMap: "no pod here takes anything from it",
  Secret: "no pod here takes anything from it; values are never read",
  ServiceAccount: "no pod here uses it",
  Service: "it selects no pods of these objects",
  Ingress: "it leads to no Service of these objects",
  HTTPRoute: "it leads to no Service of these objects",
  Job: "it runs once: what must run before a release stands in [migrations], what runs by the clock in [[crons]]",
  PersistentVolumeClaim:
    "files on volumes are not part of a service: a storage ([[storages]]) or object store holds them",
  HorizontalPodAutoscaler: "what it scales is not here",
  PodDisruptionBudget: "it selects no pods of these objects",
};

function leftOver(all: readonly SourceObject[], claimed: ReadonlySet<SourceObject>): SortedOut["left"] {
  return all
    .filter((source) => !claimed.has(source))
    .map((source) => ({
      source,
      reason:
        externalReason(source.object) ??
        reasons[source.object.kind] ??
        "app.toml has no field for this kind: a file in kubernetes/ may hold it where the profile allows the kind",
    }));
}

function externalReason(object: unknown): string | undefined {
  const host = textAt(object, "spec", "externalName");
  return host === undefined ? undefined : `a name for ${host}, which is outside: a dependency of whoever calls it`;
}
