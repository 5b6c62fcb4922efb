import { type Pod, parseQuantity, type ResourceQuota } from "@fairway/objects";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { amountText } from "./limit-room.ts";
import { containersOf, podAmounts } from "./pod-size.ts";
import type { WorkloadPods } from "./release-pods.ts";

export interface QuotaUse {
  /** As they will be when the pods come. */
  readonly quotas: readonly ResourceQuota[];
  /** Names of those that the platform made for this service. */
  readonly own: ReadonlySet<string>;
  /** The release's, with the defaults of the namespace. */
  readonly pods: readonly WorkloadPods[];
  /** What else is in the namespace and has not ended. */
  readonly others: readonly Pod[];
  /** How many pods of the service stand beside the release's own while those come; each counts as its largest. */
  readonly beside: number;
}

const advice = "choose a smaller [engine] size or fewer replicas, or ask the platform's owner for a larger quota";

/**
 * Quotas that have no room for a release's pods, with those that stand beside them meanwhile and those of others. Where
 * only runs of jobs are too many, which end by themselves, it is a warning. Pure.
 */
export function quotaFindings(cluster: string, use: QuotaUse): readonly PrepareFinding[] {
  const standing = use.pods.filter(({ replicas }) => replicas > 0);
  if (standing.length === 0) return [];
  // A quota with scopes counts some pods only, by rules of its own.
  const quotas = use.quotas.filter(({ spec }) => spec?.scopes === undefined && !hasScopeSelector(spec));
  return quotas.flatMap((quota) =>
    Object.entries(quota.spec?.hard ?? {}).flatMap(([name, hard]): readonly PrepareFinding[] => {
      const counted = countedBy(name);
      const most = parseQuantity(hard);
      if (counted === undefined || most === undefined) return [];
      const called = use.own.has(quota.metadata.name)
        ? "the quota of the namespace"
        : `the quota ${quota.metadata.name}`;
      const silent = counted.silent === undefined ? [] : standing.flatMap(({ pod }) => counted.silent?.(pod) ?? []);
      if (silent.length > 0) {
        const message = `${called} counts ${name}, and container ${[...new Set(silent)].join(", ")} says none`;
        const cure = "set it by a patch in app.toml, or ask who made the quota for a LimitRange with defaults";
        return [{ cluster, code: "QuotaNeedsSize", message, advice: cure }];
      }
      return roomFinding(cluster, use, standing, { counted, most, called });
    }),
  );
}

interface Counted {
  readonly what: string;
  readonly of: (pod: Pod) => number;
  readonly text: (amount: number) => string;
  /** Containers whose pod is refused because they say nothing of it. */
  readonly silent?: (pod: Pod) => readonly string[];
}

function roomFinding(
  cluster: string,
  { others, beside }: QuotaUse,
  standing: readonly WorkloadPods[],
  { counted, most, called }: { readonly counted: Counted; readonly most: number; readonly called: string },
): readonly PrepareFinding[] {
  const { of, text, what } = counted;
  const pods = standing.reduce((sum, { pod, replicas }) => sum + replicas * of(pod), 0);
  const needed = pods + beside * Math.max(...standing.map(({ pod }) => of(pod)));
  const sum = (some: readonly Pod[]): number => some.reduce((all, pod) => all + of(pod), 0);
  const lasting = sum(others.filter((pod) => !isRun(pod)));
  const all = sum(others);
  // Sums of floating point numbers are a little more or less than they should be.
  const slack = most * 1e-9;
  if (needed + all <= most + slack) return [];
  const refuses = needed + lasting > most + slack;
  const used = refuses ? lasting : all;
  const count = standing.reduce((total, { replicas }) => total + replicas, 0);
  const meanwhile = beside === 1 ? "one more" : `${beside} of the former release`;
  const also = used > 0 ? `, others use ${text(used)}` : "";
  const message = `${count} replicas, and ${meanwhile} while they are replaced, need ${text(needed)} ${what}${also}, and ${called} is ${text(most)}`;
  if (refuses) return [{ cluster, code: "QuotaTooSmall", message, advice }];
  const wait = "the runs of jobs that use it end by themselves: the rollout waits for them";
  return [{ cluster, severity: "warning", code: "QuotaTooSmall", message, advice: wait }];
}

/** What a quota's name counts of pods; undefined: nothing. (Kubernetes documentation, "Resource Quotas") */
function countedBy(name: string): Counted | undefined {
  if (name === "pods" || name === "count/pods") return { what: "pods", of: () => 1, text: String };
  const match = /^(?:(requests|limits)\.)?([^/]+|[^/]+\/[^/]+)$/.exec(name);
  const [, list, resource = ""] = match ?? [];
  const plain = resource === "cpu" || resource === "memory" || resource === "ephemeral-storage";
  // `services`, `requests.storage` and the like count other objects.
  if (match === null || resource === "storage" || (!plain && (list !== "requests" || !resource.includes("/")))) {
    return undefined;
  }
  const of = list === "limits" ? "limits" : "requests";
  const counted: Counted = {
    what: of === "limits" ? `as limits of ${resource}` : `of ${resource}`,
    of: ({ spec }) => podAmounts(spec, of)[resource] ?? 0,
    text: (amount) => amountText(resource, amount),
  };
  if (resource !== "cpu" && resource !== "memory") return counted;
  const silent = ({ spec }: Pod): readonly string[] =>
    containersOf(spec).flatMap((one) => (one.resources?.[of]?.[resource] === undefined ? [one.name] : []));
  return { ...counted, silent };
}

function isRun({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === "Job") ?? false;
}

function hasScopeSelector(spec: ResourceQuota["spec"]): boolean {
  return spec !== undefined && "scopeSelector" in spec;
}
