import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";
import { builtinProfile, type ReleaseInputs, type Sha256 } from "../../index.ts";

export const sha256: Sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Release inputs of a spec in two clusters: `alpha`, whose addresses are ports, and `beta`, whose addresses are names. */
export function inputsOfSpec(spec: ServiceSpec, environment: string): ReleaseInputs {
  const names = [spec.name, ...spec.dependencies.map(({ name }) => name)];
  return {
    environment,
    spec,
    profile: builtinProfile,
    image: `snapshot.fairway.dev/${spec.name}@sha256:${"0".repeat(64)}`,
    clusters: [
      { name: "alpha", addressTemplate: "http://127.0.0.1:{21000+number}" },
      { name: "beta", addressTemplate: "http://{service}.{namespace}.svc.cluster.local" },
    ],
    numbers: Object.fromEntries(names.map((name, index) => [name, index + 1])),
  };
}

export function inputsOf(appToml: string, environment: string): ReleaseInputs {
  const parsed = parseAppToml(appToml);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return inputsOfSpec(specFor(parsed.value, environment), environment);
}
