import type { ServiceSource } from "@fairway/catalog";
import { type ExtraPlace, parseExtraObjects, reservedNamespace } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { type Issue, notDeliverableYet, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";

export interface SourceRequest {
  readonly environment: string;
  /** All environments' names, to find misspelt ones. */
  readonly environmentNames: readonly string[];
  readonly source: ServiceSource;
}

/** What a team's files mean for one environment. */
export interface ReadSource {
  readonly source: ServiceSource;
  readonly spec: ServiceSpec;
  /** The objects of `kubernetes/*.yaml`. */
  readonly extras: readonly KubernetesObject[];
  /** Where they stand, in the same order. */
  readonly extraPlaces: readonly ExtraPlace[];
  /** What this version of the platform cannot deliver yet. */
  readonly undeliverable: readonly Issue[];
}

/** Reads a team's files for one environment. Throws `Refusal`. */
export async function readSource({ environment, environmentNames, source }: SourceRequest): Promise<ReadSource> {
  const parsed = parseAppToml(source.appToml, { environments: environmentNames });
  if (!parsed.ok) {
    throw new Refusal({
      status: 422,
      code: "app-toml-not-valid",
      title: "app.toml is not valid",
      detail: problems(parsed.issues.length),
      hint: "fairway validate shows each with its place",
      issues: [...parsed.issues],
    });
  }
  const spec = specFor(parsed.value, environment);
  if (reservedNamespace(spec.name)) {
    throw new Refusal({
      status: 422,
      code: "namespace-reserved",
      title: `A service cannot be called ${spec.name}`,
      detail: "this namespace belongs to Kubernetes or to the platform",
      hint: "choose another name in app.toml",
    });
  }
  const extras = await parseExtraObjects(source.kubernetes);
  if (!extras.ok) {
    throw new Refusal({
      status: 422,
      code: "kubernetes-files-not-valid",
      title: "The files of kubernetes/ are not valid",
      detail: problems(extras.issues.length),
      hint: "each problem has its file and place",
      issues: [...extras.issues],
    });
  }
  return {
    source,
    spec,
    extras: extras.objects,
    extraPlaces: extras.places,
    undeliverable: notDeliverableYet(parsed.value, environment),
  };
}

function problems(count: number): string {
  return count === 1 ? "1 problem" : `${count} problems`;
}
