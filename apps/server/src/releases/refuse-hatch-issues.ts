import { hatchIssues, type ReleaseInputs } from "@fairway/manifests";
import { Refusal } from "../http/refusal.ts";
import { sha256 } from "../sha256.ts";
import type { ReadSource } from "./read-source.ts";

/** Throws `Refusal` for patches and objects of a team that cannot be, or that the platform's owner does not allow. */
export function refuseHatchIssues(
  inputs: ReleaseInputs,
  { source, extraPlaces }: Pick<ReadSource, "source" | "extraPlaces">,
): void {
  const issues = hatchIssues(inputs, sha256, { appToml: source.appToml, extraPlaces });
  const [first] = issues;
  if (first === undefined) return;
  throw new Refusal({
    status: 422,
    code: "kubernetes-not-allowed",
    title: "What the service changes of its objects, or adds to them, cannot be",
    detail: issues.length === 1 ? first.message : `${first.message}, and ${issues.length - 1} more`,
    hint: "each problem has its file and place",
    issues: [...issues],
  });
}
