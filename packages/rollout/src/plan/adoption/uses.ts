import type { KubernetesObject, LabelSelector, Pod, PodTemplateSpec } from "@fairway/objects";

type PodSpec = NonNullable<Pod["spec"]>;

/** What pods refer to by name, of their own namespace. */
export interface Uses {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  readonly account: string | undefined;
}

/** What a pod refers to. Fields that we have no type for are read as they come. */
export function usesOf(spec: PodTemplateSpec["spec"] | PodSpec | undefined): Uses {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const claims = new Set<string>();
  const add = (to: Set<string>, name: unknown): void => {
    if (typeof name === "string" && name !== "") to.add(name);
  };
  walk(spec, (key, value) => {
    if (key === "configMap" || key === "configMapRef" || key === "configMapKeyRef") add(configMaps, at(value, "name"));
    if (key === "secretRef" || key === "secretKeyRef") add(secrets, at(value, "name"));
    // Of a volume, and in a projected one.
    if (key === "secret") add(secrets, at(value, "secretName") ?? at(value, "name"));
    if (key === "imagePullSecrets" && Array.isArray(value)) for (const one of value) add(secrets, at(one, "name"));
    if (key === "persistentVolumeClaim") add(claims, at(value, "claimName"));
  });
  const account = at(spec, "serviceAccountName");
  return { configMaps, secrets, claims, account: typeof account === "string" ? account : undefined };
}

/** By labels alone where there are expressions: they are counted as not matching, so that nothing is taken for more than it is. */
export function selects(
  selector: LabelSelector | Readonly<Record<string, string>> | undefined,
  labels: KubernetesObject["metadata"]["labels"],
): boolean {
  const wanted = Object.entries(labelsOf(selector));
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}

function labelsOf(
  selector: LabelSelector | Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  if (selector === undefined) return {};
  const { matchLabels, matchExpressions } = selector;
  if (Array.isArray(matchExpressions) && matchExpressions.length > 0) return {};
  if (typeof matchLabels === "object") return matchLabels;
  return Object.fromEntries(
    Object.entries(selector).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function walk(value: unknown, visit: (key: string, value: unknown) => void): void {
  if (Array.isArray(value)) for (const one of value) walk(one, visit);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      visit(key, inner);
      walk(inner, visit);
    }
  }
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
