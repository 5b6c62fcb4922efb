import type { ServiceSource } from "@fairway/catalog";
import { reservedNamespace } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
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
}

/** Reads a team's files for one environment. Throws `Refusal`. */
export function readSource({ environment, environmentNames, source }: SourceRequest): ReadSource {
  const parsed = parseAppToml(source.appToml, { environments: environmentNames });
  if (!parsed.ok) {
    throw new Refusal({
      status: 422,
      code: "app-toml-not-valid",
      title: "app.toml is not valid",
      detail: parsed.issues.length === 1 ? "1 problem" : `${parsed.issues.length} problems`,
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
  return { source, spec, extras: extrasOf(source.kubernetes) };
}

function extrasOf(files: ServiceSource["kubernetes"]): readonly KubernetesObject[] {
  const [first] = Object.keys(files);
  if (first === undefined) return [];
  throw new Refusal({
    status: 422,
    code: "not-supported-yet",
    title: "Objects of one's own are not supported yet",
    detail: `kubernetes/${first} lies beside app.toml`,
    hint: "this version of Fairway cannot do it; take it out to deploy without it",
  });
}
