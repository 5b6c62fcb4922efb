import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { KubernetesObject } from "@fairway/objects";
import {
  emptyProfile,
  type Profile,
  parseAppToml,
  parseProfile,
  type ServiceSpec,
  settingsFor,
  specFor,
} from "@fairway/spec";
import {
  baseImage,
  namespaceOf,
  platformDependencies,
  type ReleaseInputs,
  type ResolvedImage,
  type Sha256,
} from "../../index.ts";

export const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");

const prefix = "registry.example.com/team";
const digest = `sha256:${"0".repeat(64)}`;

/** What a test may say besides the spec. */
export interface Circumstances {
  readonly profile?: Profile;
  readonly extras?: readonly KubernetesObject[];
}

/**
 * Release inputs of a spec in two clusters: `alpha`, embedded, whose addresses are ports, and `beta`, the lead, whose addresses
 * are names and whose images come from a private registry.
 */
export function inputsOfSpec(
  spec: ServiceSpec,
  environment: string,
  { profile = emptyProfile, extras = [] }: Circumstances = {},
): ReleaseInputs {
  const settings = (cluster: string | undefined) => settingsFor(profile, { environment, cluster, service: spec.name });
  const everywhere = settings(undefined);
  const names = [spec.name, ...platformDependencies(spec).map(({ name }) => name)];
  const namespace = (name: string) => namespaceOf(everywhere.namespace, name, environment);
  const ready = resolved(spec.build.image);
  const base = ready === undefined ? resolved(baseImage(spec, {}, everywhere)) : undefined;
  return {
    environment,
    spec,
    namespace: namespace(spec.name),
    ...(ready === undefined ? {} : { ready }),
    ...(base === undefined ? {} : { base }),
    clusters: [
      {
        name: "alpha",
        addressTemplate: "http://127.0.0.1:{21000+number}",
        image: `snapshot.fairway.dev/${spec.name}@${digest}`,
        pullSecret: false,
        lead: false,
        profile: settings("alpha"),
      },
      {
        name: "beta",
        addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
        image: ready?.reference ?? `${prefix}/${spec.name}@${digest}`,
        pullSecret: true,
        lead: true,
        profile: settings("beta"),
      },
    ],
    numbers: Object.fromEntries(names.map((name, index) => [name, index + 1])),
    namespaces: Object.fromEntries(names.slice(1).map((name) => [name, namespace(name)])),
    extras,
  };
}

/** As a registry would whose every image has the same digest. */
function resolved(asked: string | undefined): ResolvedImage | undefined {
  return asked === undefined ? undefined : { asked, reference: `${asked.replace(/[:@][^/]*$/, "")}@${digest}` };
}

export function inputsOf(appToml: string, environment: string, circumstances: Circumstances = {}): ReleaseInputs {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return inputsOfSpec(specFor(parsed.value, environment), environment, circumstances);
}

export function profileOf(profileToml: string): Profile {
  const parsed = parseProfile(profileToml);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}
