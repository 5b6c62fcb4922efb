import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { builtinProfile, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
import { baseImage, type ReleaseInputs, type ResolvedImage, type Sha256 } from "../../index.ts";

export const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");

const prefix = "registry.example.com/team";
const digest = `sha256:${"0".repeat(64)}`;

/**
 * Release inputs of a spec in two clusters: `alpha`, embedded, whose addresses are ports, and `beta`, whose addresses are
 * names and whose images come from a private registry.
 */
export function inputsOfSpec(spec: ServiceSpec, environment: string): ReleaseInputs {
  const names = [spec.name, ...spec.dependencies.map(({ name }) => name)];
  const ready = resolved(spec.build.image);
  const base = ready === undefined ? resolved(baseImage(spec, {}, builtinProfile)) : undefined;
  return {
    environment,
    spec,
    namespace: spec.name,
    ...(ready === undefined ? {} : { ready }),
    ...(base === undefined ? {} : { base }),
    clusters: [
      {
        name: "alpha",
        addressTemplate: "http://127.0.0.1:{21000+number}",
        image: `snapshot.fairway.dev/${spec.name}@${digest}`,
        pullSecret: false,
        lead: true,
        profile: builtinProfile,
      },
      {
        name: "beta",
        addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
        image: ready?.reference ?? `${prefix}/${spec.name}@${digest}`,
        pullSecret: true,
        lead: false,
        profile: builtinProfile,
      },
    ],
    numbers: Object.fromEntries(names.map((name, index) => [name, index + 1])),
    namespaces: Object.fromEntries(names.map((name) => [name, name])),
    extras: [],
  };
}

/** As a registry would whose every image has the same digest. */
function resolved(asked: string | undefined): ResolvedImage | undefined {
  return asked === undefined ? undefined : { asked, reference: `${asked.replace(/[:@][^/]*$/, "")}@${digest}` };
}

export function inputsOf(appToml: string, environment: string): ReleaseInputs {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return inputsOfSpec(specFor(parsed.value, environment), environment);
}
