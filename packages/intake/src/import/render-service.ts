import { anywhereInputs, hatchIssues, render, type Sha256 } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { notDeliverableYet, type ProfileSettings, parseAppToml, type ServiceSpec, specFor } from "@fairway/spec";

export interface RenderPlace {
  readonly environment: string;
  readonly profile: ProfileSettings;
  readonly sha256: Sha256;
  readonly extras: readonly KubernetesObject[];
}

export type RenderedService =
  | {
      readonly ok: true;
      readonly spec: ServiceSpec;
      readonly objects: readonly KubernetesObject[];
      /** Why a release would be refused by this version of Fairway, in its words. */
      readonly undeliverable: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/** What Fairway would render of an app.toml in a Kubernetes cluster, slot-neutral; or why it cannot. */
export function renderService(appToml: string, { environment, profile, sha256, extras }: RenderPlace): RenderedService {
  const parsed = parseAppToml(appToml);
  if (!parsed.ok) return { ok: false, reason: parsed.issues[0]?.message ?? "the app.toml is not valid" };
  const spec = specFor(parsed.value, environment);
  const inputs = anywhereInputs({ environment, spec, profile, extras });
  try {
    const [issue] = hatchIssues({ ...inputs, extras: [] }, sha256, { appToml, extraPlaces: [] });
    if (issue !== undefined) return { ok: false, reason: issue.message };
    return {
      ok: true,
      spec,
      objects: Object.values(render(inputs, sha256)).flat(),
      undeliverable: notDeliverableYet(parsed.value, environment).map(({ message }) => message),
    };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
