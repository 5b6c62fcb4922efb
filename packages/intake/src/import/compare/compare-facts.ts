import { changedFields } from "@fairway/objects";
import { isFields } from "../json-fields.ts";
import type { Facts } from "./facts.ts";

/** One field that is not the same in what Fairway renders. */
export interface Difference {
  /** Which object or part of one: `Pod`, `Container`, `Variables`, `CronJob nightly`. */
  readonly object: string;
  /** As Kubernetes writes it, from there: `.securityContext.runAsUser`. */
  readonly path: string;
  /** Undefined: the original has no such field. */
  readonly from: unknown;
  /** Undefined: what Fairway renders has no such field. */
  readonly to: unknown;
  /** `rule`: Fairway decides it for every service. */
  readonly verdict: "rule" | "changed" | "lost" | "added";
  /** Of a rule: whose. */
  readonly reason?: string;
}

export interface Comparison {
  /** Fields that are the same on both sides. */
  readonly same: number;
  readonly differences: readonly Difference[];
}

/** Fields that Fairway decides for all services alike; the first that matches gives the reason. */
const rules: readonly (readonly [place: RegExp, reason: string])[] = [
  [/^(Pod|Container)\.securityContext/, "no root, no writable files but /tmp, no capabilities"],
  [
    /^Pod\.(serviceAccountName|automountServiceAccountToken|enableServiceLinks|imagePullSecrets)/,
    "an account of its own, without a token of the cluster",
  ],
  [/^Pod\.(topologySpreadConstraints|podAntiAffinity)/, "pods are spread over nodes and zones"],
  [/^(Pod\.terminationGracePeriodSeconds|Container\.lifecycle)/, "5 s more to drain before the end"],
  [/^Container\.imagePullPolicy/, "images are named by digest, so they are pulled once"],
  [
    /^Workload\.(strategy|minReadySeconds|revisionHistoryLimit|progressDeadlineSeconds|updateStrategy)/,
    "rolled without a break",
  ],
  [
    /^Container\.\w+Probe\.(periodSeconds|timeoutSeconds|failureThreshold|initialDelaySeconds)/,
    "app.toml's own times of checks",
  ],
  [/^Container\.(readinessProbe$|startupProbe$)/, "checks that every service has"],
  [/^Container\.resources\.limits/, "limits are a multiple of the request"],
  [/^Container\.resources(\.requests)?(\.\w+)?$/, "every service asks for something"],
  [/^Service\.ports/, "callers use port 80"],
  [/^(Service$|Container\.ports\[\d+\]$)/, "every service has a port, and an address in the cluster"],
  [/^Variables\.(PORT|SERVICE_\w+)$/, "set by the platform"],
  [/^PodDisruptionBudget/, "a budget for every service with several replicas"],
  [/^Workload\.replicas/, "an autoscaler keeps the number"],
  [/^Workload\.(analysis|canary)/, "rolled in place"],
];

/** Field by field: the same, another by a rule of Fairway, changed, lost, or added. */
export function compareFacts(original: Facts, rendered: Facts): Comparison {
  const differences = changedFields(flat(original), flat(rendered)).map(({ path, from, to }): Difference => {
    const { object, field } = placed(path, [...Object.keys(original), ...Object.keys(rendered)]);
    const place = `${object}${field}`;
    const reason = rules.find(([pattern]) => pattern.test(place))?.[1];
    const where = { object, path: field, from, to };
    // A probe that was there and is gone is no rule, one that is new is.
    if (
      reason !== undefined &&
      !(/(Probe|^Service|^Container\.ports\[\d+\])$/.test(place) && from !== undefined) &&
      !(place.startsWith("Workload.replicas") && to !== undefined && !hasAutoscaler(rendered))
    )
      return { ...where, verdict: "rule", reason };
    return { ...where, verdict: from === undefined ? "added" : to === undefined ? "lost" : "changed" };
  });
  const total = leaves(original);
  const gone = differences.reduce((sum, { from }) => sum + (from === undefined ? 0 : leaves(from)), 0);
  return { same: Math.max(0, total - gone), differences };
}

function hasAutoscaler(facts: Facts): boolean {
  return facts["HorizontalPodAutoscaler"] !== undefined;
}

function flat(facts: Facts): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(facts));
}

/** Splits `["Public addresses"].x` and `.Pod.x` into the part and the field in it. */
function placed(path: string, objects: readonly string[]): { readonly object: string; readonly field: string } {
  const object =
    objects.find(
      (name) => path === step(name) || path.startsWith(`${step(name)}.`) || path.startsWith(`${step(name)}[`),
    ) ?? "";
  return { object, field: path.slice(step(object).length) };
}

function step(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function leaves(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + leaves(item), 0);
  if (isFields(value)) return Object.values(value).reduce((sum: number, item) => sum + leaves(item), 0);
  return value === undefined ? 0 : 1;
}
