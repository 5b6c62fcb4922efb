import type { ObjectMeta } from "@fairway/objects";
import type { ServiceSpec } from "@fairway/spec";
import { commonLabels, reservedKey } from "../labels.ts";
import type { ClusterFacts, ReleaseInputs } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";
import { type Variables, variablesName, variablesOf } from "./variables.ts";

type Texts = Readonly<Record<string, string>>;

/** What every object's renderer is given. */
export interface Place {
  readonly inputs: ReleaseInputs;
  readonly cluster: ClusterFacts;
  /** What every container is told, and the name of the ConfigMap that holds it. */
  readonly variables: { readonly name: string; readonly data: Variables };
  /** Of every object and pod: the profile's, and those by which Fairway knows its own, which win. */
  readonly labels: Texts;
  readonly annotations: Texts;
}

export function placeOf(inputs: ReleaseInputs, cluster: ClusterFacts, sha256: Sha256): Place {
  const { spec, environment } = inputs;
  const { profile } = cluster;
  const data = variablesOf(inputs, cluster);
  const own = commonLabels(spec.name, environment);
  const fill = (text: string): string => filled(text, spec, environment, cluster.name);
  return {
    inputs,
    cluster,
    variables: { name: variablesName(spec.name, data, sha256), data },
    labels: { ...added(profile.labels, (text) => labelValue(fill(text))), ...own },
    annotations: added(profile.annotations, fill),
  };
}

/** Metadata of a namespaced object of this release; the profile's additions give way to `over`. */
export function metadata(
  place: Place,
  name: string,
  over: { readonly labels?: Texts; readonly annotations?: Texts } = {},
): ObjectMeta {
  const annotations = { ...place.annotations, ...over.annotations };
  return {
    name,
    namespace: place.inputs.namespace,
    labels: { ...place.labels, ...over.labels },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** Fills `{service}`, `{owner}`, `{environment}` and `{cluster}` in; an owner that nobody named is empty. */
export function filled(text: string, spec: ServiceSpec, environment: string, cluster: string): string {
  if (!text.includes("{")) return text;
  const words: Texts = { service: spec.name, owner: spec.owner ?? "", environment, cluster };
  return text.replaceAll(/\{(service|owner|environment|cluster)\}/g, (_, name: string) => words[name] ?? "");
}

function added(additions: Texts, value: (text: string) => string): Texts {
  const kept = Object.entries(additions).filter(([key]) => !reservedKey(key));
  return Object.fromEntries(kept.map(([key, text]) => [key, value(text)]));
}

/** What a label's value may be: 63 letters, digits, `-`, `_` and `.`, letters or digits at both ends. */
function labelValue(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 63)
    .replace(/[^A-Za-z0-9]+$/, "");
}
