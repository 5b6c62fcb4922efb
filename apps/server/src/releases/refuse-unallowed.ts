import { namespaceOf, reservedNamespace } from "@fairway/manifests";
import { brokenRules, type Issue, type ProfileSettings, placesInAppToml } from "@fairway/spec";
import { Refusal } from "../http/refusal.ts";
import type { ReadSource } from "./read-source.ts";

/** Kubernetes' limit for a namespace's name (RFC 1123 label). */
const longestNamespace = 63;

/** Throws `Refusal` for what this version of the platform cannot deliver yet: nothing is half rendered. */
export function refuseUndeliverable({ undeliverable }: Pick<ReadSource, "undeliverable">): void {
  const [first] = undeliverable;
  if (first === undefined) return;
  throw new Refusal({
    status: 422,
    code: "not-deliverable-yet",
    title: "This version of Fairway cannot deliver everything that app.toml asks for",
    detail: undeliverable.length === 1 ? first.message : `${first.message}, and ${undeliverable.length - 1} more`,
    hint: "take it out to deploy without it",
    issues: [...undeliverable],
  });
}

/**
 * Throws `Refusal` for what the platform's owner does not allow: rules of the profile, images, domains, and namespaces
 * that cannot be.
 *
 * @param settings of the environment first, then of each of its clusters
 */
export function refuseUnallowed(
  { spec, source }: Pick<ReadSource, "spec" | "source">,
  environment: string,
  settings: readonly [ProfileSettings, ...ProfileSettings[]],
): void {
  const namespace = namespaceOf(settings[0].namespace, spec.name, environment);
  if (namespace.length > longestNamespace || reservedNamespace(namespace)) {
    throw new Refusal({
      status: 422,
      code: "namespace-reserved",
      title: `A service cannot be called ${spec.name} in ${environment}`,
      detail:
        namespace.length > longestNamespace
          ? `its namespace ${namespace} would have ${namespace.length} characters, the limit is ${longestNamespace}`
          : `its namespace ${namespace} belongs to Kubernetes or to the platform`,
      hint: "choose another name in app.toml",
    });
  }
  const broken = settings.flatMap((one) => brokenRules(spec, one, environment));
  if (broken.length === 0) return;
  const issues = placesInAppToml(source.appToml, environment, broken);
  throw new Refusal({
    status: 422,
    code: "rules-broken",
    title: `${spec.name} breaks the platform's rules for ${environment}`,
    detail: told(issues),
    hint: "they are the platform owner's: fairway profile shows them",
    issues: [...issues],
  });
}

function told([first, ...more]: readonly Issue[]): string {
  const message = first?.message ?? "";
  return more.length === 0 ? message : `${message}, and ${more.length} more`;
}
