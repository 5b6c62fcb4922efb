import { type KubernetesObject, kindInfo, refKey, refOf } from "@fairway/objects";
import { type FieldIssue, type Issue, placesInAppToml, suggest } from "@fairway/spec";
import { workloadName } from "../place-in-slot.ts";
import type { ReleaseInputs } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";
import { placeOf } from "../render/place.ts";
import { renderedKinds } from "../render/rendered-kinds.ts";
import type { HatchIssue, Place } from "./hatch-issue.ts";
import type { ExtraPlace } from "./parse-extra-objects.ts";
import { isMeant, patchObjects } from "./patch-objects.ts";

/** What a team wrote, for the places of its problems. */
export interface HatchSource {
  /** The text of app.toml. */
  readonly appToml: string;
  /** Of `inputs.extras`, from `parseExtraObjects`. */
  readonly extraPlaces: readonly ExtraPlace[];
}

/**
 * Everything that stands in the way of a release's patches and extra objects in any of its clusters, each with its place; `render`
 * of these inputs throws as long as there is something. Throws what `render` throws for other reasons.
 *
 * Codes: `hatchCodes`.
 */
export function hatchIssues(inputs: ReleaseInputs, sha256: Sha256, source: HatchSource): readonly HatchIssue[] {
  const { spec, environment, extras } = inputs;
  if (spec.kubernetes.patches.length === 0 && extras.length === 0) return [];
  const rendered = inputs.clusters.map((cluster) => ({
    cluster,
    objects: renderedKinds(placeOf(inputs, cluster, sha256)),
  }));
  const aimless = withoutTarget(
    inputs,
    rendered.flatMap(({ objects }) => objects),
  );
  // Of what is not there nobody needs to know that it could not be changed.
  const unknown = new Set(aimless.map(({ path }) => path[2]));
  const patches = [
    ...rendered
      .flatMap(({ cluster, objects }) => patchProblems(inputs, objects, cluster.profile.kubernetes.patches))
      .filter(({ path }) => !unknown.has(path[2] ?? "")),
    ...aimless,
  ];
  const ofPatches = placesInAppToml(source.appToml, environment, distinct(patches)).map((issue) => ({
    ...issue,
    file: "app.toml",
  }));
  const ofExtras = rendered.flatMap(({ cluster, objects }) =>
    extraProblems(inputs, objects, cluster.profile.kubernetes.objects, source.extraPlaces),
  );
  return [...ofPatches, ...distinct(ofExtras)];
}

function patchProblems(inputs: ReleaseInputs, objects: readonly KubernetesObject[], allowed: readonly string[]) {
  return patchObjects(objects, inputs.spec.kubernetes.patches, allowed).problems;
}

/** A patch need not find its object in every cluster: crons run in one. */
function withoutTarget({ spec }: ReleaseInputs, objects: readonly KubernetesObject[]): readonly FieldIssue[] {
  return [...spec.kubernetes.patches.entries()]
    .filter(([, patch]) => !objects.some((object) => isMeant(object, patch)))
    .map(([position, { kind, name }]) => {
      const same = objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
      const there = [...new Set(same.length > 0 ? same : objects.map((object) => object.kind))];
      const [near] = suggest(same.length > 0 ? (name ?? "") : kind, there);
      return {
        code: "patch-no-target",
        message: `there is no ${name === undefined ? kind : `${kind} ${name}`} to change`,
        hint:
          near === undefined
            ? `there ${there.length === 1 ? "is" : "are"} ${there.join(", ")}`
            : `did you mean ${JSON.stringify(near)}?`,
        path: ["kubernetes", "patches", position, name === undefined || same.length === 0 ? "kind" : "name"],
      };
    });
}

function extraProblems(
  { extras, namespace }: ReleaseInputs,
  rendered: readonly KubernetesObject[],
  allowed: readonly string[],
  places: readonly ExtraPlace[],
): readonly HatchIssue[] {
  const taken = new Set(rendered.flatMap(keysOf));
  return extras.flatMap((object, index) => {
    const place = places[index];
    const issue = (code: string, at: keyof Omit<ExtraPlace, "file">, message: string, hint: string): HatchIssue => ({
      code,
      message,
      hint,
      ...(place?.[at] ?? start),
      file: place?.file ?? "kubernetes",
    });
    const { kind, metadata } = object;
    const key = keyIn(namespace, object);
    const exists = taken.has(key) || metadata.name.startsWith("fairway-");
    taken.add(key);
    return [
      ...(allowed.includes(kind) && kindInfo(object) !== undefined
        ? []
        : [
            issue(
              "object-not-allowed",
              "kind",
              `the platform's profile lets nobody bring a ${kind}`,
              `it allows ${allowed.join(", ") || "no objects"}`,
            ),
          ]),
      ...(metadata.namespace === undefined || metadata.namespace === namespace
        ? []
        : [
            issue(
              "foreign-namespace",
              "namespace",
              `${metadata.namespace} is not this service's namespace`,
              "take it out; Fairway puts the right one in",
            ),
          ]),
      ...(exists
        ? [issue("object-exists", "name", `there is a ${kind} ${metadata.name} already`, "choose another name")]
        : []),
    ];
  });
}

const start: Place = { line: 1, column: 1, length: 1 };

/** Names that an object takes: without a slot, and in each. */
function keysOf(object: KubernetesObject): readonly string[] {
  const { namespace = "", name } = object.metadata;
  const named = (as: string) => keyIn(namespace, { ...object, metadata: { ...object.metadata, name: as } });
  return [named(name), named(workloadName(name, "a")), named(workloadName(name, "b"))];
}

function keyIn(namespace: string, object: KubernetesObject): string {
  return refKey({ ...refOf(object), namespace });
}

function distinct<T extends FieldIssue | Issue>(issues: readonly T[]): readonly T[] {
  return [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()];
}
