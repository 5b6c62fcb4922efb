import { formatDocuments, type Sha256 } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import { emptyProfile, type Profile, settingsFor } from "@fairway/spec";
import { isSettings, type Settings, type SettingValue } from "../app-toml/settings.ts";
import { writeAppToml } from "../app-toml/write-app-toml.ts";
import { type Comparison, compareFacts } from "./compare/compare-facts.ts";
import { originalFacts, renderedFacts } from "./compare/facts.ts";
import { fitSettings } from "./fit-settings.ts";
import { groupObjects, type ObjectGroup } from "./group-objects.ts";
import { mergeEnvironments } from "./merge-environments.ts";
import { type ManifestFile, type ReadIssue, readObjects, type SourceObject } from "./read-objects.ts";
import { type Refusal, refusalsOf } from "./refusal.ts";
import { type Remark, remark } from "./remark.ts";
import { type RenderPlace, renderService } from "./render-service.ts";
import { sortOut } from "./sort-out.ts";
import type { Subject } from "./subject.ts";
import { subjectsOf } from "./subjects.ts";
import { translateSubject } from "./translate-subject.ts";
import type { Translated } from "./translated.ts";

/** The objects of one environment. */
export interface ImportInput {
  /** Undefined: they are all there is, and hold everywhere. */
  readonly environment: string | undefined;
  readonly files: readonly ManifestFile[];
}

export interface ImportOptions {
  /** What would be rendered is rendered with it; the built-in one by default. */
  readonly profile?: Profile;
  readonly sha256: Sha256;
  /** The service's name, where the objects are one service. */
  readonly name?: string;
}

/** An object by name, and where it was read. */
export interface ObjectPlace {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface ImportedService {
  readonly name: string;
  readonly appToml: string;
  /** What lies in `kubernetes/` beside it, by file name. */
  readonly kubernetes: Readonly<Record<string, string>>;
  /** What it was made of. */
  readonly from: readonly ObjectPlace[];
  readonly remarks: readonly Remark[];
  /** How many patches are left. */
  readonly patches: number;
  readonly comparisons: readonly (Comparison & { readonly environment: string | undefined })[];
}

export interface RefusedService {
  readonly name: string;
  readonly from: readonly ObjectPlace[];
  readonly reasons: readonly Refusal[];
}

export interface ImportResult {
  readonly services: readonly ImportedService[];
  readonly refused: readonly RefusedService[];
  /** Objects that belong to no service. */
  readonly left: readonly (ObjectPlace & { readonly reason: string })[];
  /** What could not be read. */
  readonly issues: readonly ReadIssue[];
}

/** Where a comparison is made when the objects name no environment. */
const anyEnvironment = "prod";

/**
 * Kubernetes objects as services of Fairway: an app.toml for each, which parses and renders, patches and extra objects for what no
 * field says, and the truth about what is different. Values of Secrets appear nowhere in it.
 *
 * @param inputs one of them, or one for each environment; the first gives what stands at the top of app.toml
 */
export function importManifests(inputs: readonly ImportInput[], options: ImportOptions): ImportResult {
  const profile = options.profile ?? emptyProfile;
  const settings = (environment: string | undefined) => (service: string) =>
    settingsFor(profile, { environment: environment ?? anyEnvironment, cluster: undefined, service });
  const read = inputs.map(({ environment, files }) => {
    const { objects, issues } = readObjects(files);
    const sorted = sortOut(objects);
    const { groups, left } = groupObjects(sorted);
    return {
      environment,
      issues,
      left,
      subjects: subjectsOf(groups, sorted.objects, settings(environment), options.name),
    };
  });
  const names = [...new Set(read.flatMap(({ subjects }) => subjects.map(({ name }) => name)))];
  const services: ImportedService[] = [];
  const refused: RefusedService[] = [];
  for (const name of names) {
    const parts = read.flatMap(({ environment, subjects }): Part[] => {
      const subject = subjects.find((one) => one.name === name);
      return subject === undefined ? [] : [{ environment, subject }];
    });
    const reasons = parts.flatMap(({ subject }) => refusalsOf(subject.group));
    const from = parts.flatMap(({ subject }) => placesOf(subject.group));
    if (reasons.length > 0) refused.push({ name, from, reasons: unique(reasons) });
    else services.push({ ...importService(name, parts, options), from });
  }
  return {
    services,
    refused,
    left: unique(read.flatMap(({ left }) => left.map(({ source, reason }) => ({ ...placeOf(source), reason })))),
    issues: read.flatMap(({ issues }) => issues),
  };
}

interface Part {
  readonly environment: string | undefined;
  readonly subject: Subject;
}

function importService(name: string, parts: readonly Part[], options: ImportOptions): Omit<ImportedService, "from"> {
  const translated = parts.map((part) => ({ ...part, ...translateSubject(part.subject) }));
  const several = translated.length > 1;
  const merged = mergeEnvironments(
    translated.map(({ environment, settings }) => ({ environment: environment ?? anyEnvironment, settings })),
  );
  const fitted = fitSettings(withShortChecks(merged));
  const brought = uniqueObjects(translated.flatMap((one) => one.extras));
  const isAllowed = ({ kind }: KubernetesObject) =>
    parts.every(({ subject }) => subject.profile.kubernetes.objects.includes(kind));
  const extras = brought.filter(isAllowed);
  const place = ({ environment, subject }: Part): RenderPlace => ({
    environment: environment ?? anyEnvironment,
    profile: subject.profile,
    sha256: options.sha256,
    extras,
  });
  const rendering = renderingSettings(fitted.settings, (text) =>
    parts.map((part) => renderService(text, place(part))).find((one) => !one.ok),
  );
  const remarks = unique([
    ...translated.flatMap((one, index) =>
      one.remarks.map((found) =>
        index === 0 || !several || has(translated[0]?.remarks ?? [], found)
          ? found
          : { ...found, about: `${found.about} (${one.environment})` },
      ),
    ),
    ...fitted.unfit.map(({ path, message, hint }) =>
      remark("lost", path, `app.toml does not take it: ${message}`, hint),
    ),
    ...rendering.dropped.map(({ kind, reason }) =>
      remark("lost", `patch of the ${kind}`, `it cannot be carried over: ${reason}`),
    ),
    ...brought
      .filter((object) => !isAllowed(object))
      .map(({ kind, metadata }) =>
        remark(
          "lost",
          `${kind} ${metadata.name}`,
          "the platform's profile lets no service bring this kind",
          "ask its owner",
        ),
      ),
    ...undeliverable(rendering.settings, parts.map(place)),
  ]);
  const appToml = writeAppToml(rendering.settings, {
    comments: commentsOf(rendering.settings, parts, translated[0]?.comments ?? [], remarks),
  });
  return {
    name,
    appToml,
    kubernetes: Object.fromEntries(extras.map((object) => [fileName(object), formatDocuments([object])])),
    remarks,
    patches: patchesIn(rendering.settings).length,
    comparisons: translated.map(({ environment, subject }) => {
      const rendered = renderService(appToml, place({ environment, subject }));
      return {
        environment,
        ...(rendered.ok
          ? compareFacts(
              originalFacts(subject),
              renderedFacts(rendered.objects, rendered.spec, subject.group.runner !== undefined),
            )
          : { same: 0, differences: [] }),
      };
    }),
  };
}

/** What this version of Fairway cannot deliver yet: a release that needs it is refused. */
function undeliverable(settings: Settings, places: readonly RenderPlace[]): readonly Remark[] {
  return places.flatMap((place) => {
    const rendered = renderService(writeAppToml(settings), place);
    const messages = rendered.ok ? rendered.undeliverable : [];
    return messages.map((message) =>
      remark("todo", "not yet", message, "it is checked already; a release is refused as long as it stands there"),
    );
  });
}

/** A check that is only a path is written as one. */
function withShortChecks(settings: Settings): Settings {
  const { health, envs } = settings;
  const short = (check: SettingValue): SettingValue =>
    isSettings(check) && typeof check["path"] === "string" && Object.keys(check).length === 1 ? check["path"] : check;
  const each = (of: Settings, change: (value: SettingValue) => SettingValue): Settings =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
  return {
    ...settings,
    ...(isSettings(health) ? { health: each(health, short) } : {}),
    ...(isSettings(envs) ? { envs: each(envs, (one) => (isSettings(one) ? withShortChecks(one) : one)) } : {}),
  };
}

/** The settings without the patches that cannot be laid over what is rendered. */
function renderingSettings(
  settings: Settings,
  failure: (appToml: string) => { readonly ok: boolean; readonly reason?: string } | undefined,
): { readonly settings: Settings; readonly dropped: readonly { readonly kind: string; readonly reason: string }[] } {
  if (failure(writeAppToml(settings)) === undefined) return { settings, dropped: [] };
  const dropped: { kind: string; reason: string }[] = [];
  const kept: Settings[] = [];
  const withPatches = (patches: readonly Settings[]): Settings => {
    const { kubernetes: _all, envs, ...rest } = settings;
    const inEnvironments = Object.entries(isSettings(envs) ? envs : {}).map(([name, one]) => {
      const { kubernetes: _own, ...own } = isSettings(one) ? one : {};
      return [name, own] as const;
    });
    return {
      ...rest,
      ...(patches.length === 0 ? {} : { kubernetes: { patches } }),
      ...(inEnvironments.length === 0 ? {} : { envs: Object.fromEntries(inEnvironments) }),
    };
  };
  for (const patch of patchesIn(settings)) {
    const failed = failure(writeAppToml(withPatches([...kept, patch])));
    if (failed === undefined) kept.push(patch);
    else dropped.push({ kind: String(patch["kind"] ?? "object"), reason: failed.reason ?? "it does not fit" });
  }
  return { settings: withPatches(kept), dropped };
}

function patchesIn(settings: Settings): readonly Settings[] {
  const { kubernetes } = settings;
  const patches = isSettings(kubernetes) ? kubernetes["patches"] : undefined;
  return Array.isArray(patches) ? patches.filter(isSettings) : [];
}

function commentsOf(
  settings: Settings,
  parts: readonly Part[],
  found: Required<Translated>["comments"],
  remarks: readonly Remark[],
): ReadonlyMap<string, readonly string[]> {
  const comments = new Map<string, string[]>();
  const add = (path: string, line: string) => comments.set(path, [...(comments.get(path) ?? []), line]);
  for (const { environment, subject } of parts) {
    const [first] = placesOf(subject.group);
    if (first !== undefined)
      add(
        "",
        `From ${first.kind} ${first.name}, ${first.file}:${first.line}${environment === undefined ? "" : ` (${environment})`}`,
      );
  }
  add("", "Every field: fairway help app.toml");
  for (const [path, line] of found) {
    const [, key = "", name] = /^(\w+)\[(.+)\]$/.exec(path) ?? [];
    if (name === undefined) {
      add(path, line);
      continue;
    }
    const list = settings[key];
    const index = Array.isArray(list) ? list.findIndex((item) => isSettings(item) && item["name"] === name) : -1;
    if (index >= 0) add(`${key}[${index}]`, line);
  }
  const patched = remarks.filter(({ verdict }) => verdict === "patched").map(({ about }) => about);
  if (patchesIn(settings).length > 0 && patched.length > 0) {
    add("kubernetes.patches[0]", `What no field says: ${[...new Set(patched)].join("; ")}.`);
  }
  return comments;
}

function placesOf({
  runner,
  services,
  routes,
  autoscaler,
  budget,
  account,
  monitors,
  crons,
  migrations,
  configMaps,
  secrets,
}: ObjectGroup): readonly ObjectPlace[] {
  return [
    ...(runner === undefined ? [] : [runner.source]),
    ...services,
    ...routes,
    ...[autoscaler, budget, account].flatMap((one) => one ?? []),
    ...monitors,
    ...[...crons, ...migrations].map(({ source }) => source),
    ...configMaps,
    ...secrets,
  ].map(placeOf);
}

function placeOf({ object, file, line }: SourceObject): ObjectPlace {
  return { kind: object.kind, name: object.metadata.name, file, line };
}

function fileName({ kind, metadata }: KubernetesObject): string {
  return `${kind === "ConfigMap" ? "" : `${kind.toLowerCase()}-`}${metadata.name}.yaml`;
}

function uniqueObjects(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [...new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object])).values()];
}

function has<T>(all: readonly T[], one: T): boolean {
  return all.some((other) => JSON.stringify(other) === JSON.stringify(one));
}

function unique<T>(all: readonly T[]): readonly T[] {
  return all.filter((one, index) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index);
}
