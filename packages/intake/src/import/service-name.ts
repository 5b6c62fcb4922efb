import { reservedNamespace } from "@fairway/manifests";
import type { ObjectGroup } from "./group-objects.ts";
import { textsAt } from "./json-fields.ts";

/** A service's name as app.toml takes it, made of any text; undefined where nothing is left. */
export function asServiceName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return name === "" ? undefined : reservedNamespace(name) ? `${name.slice(0, 32)}-service` : name;
}

/** Names that the services of an import get, one for each group, no two alike. */
export function serviceNames(groups: readonly ObjectGroup[]): readonly string[] {
  const names: string[] = [];
  for (const group of groups) {
    const wanted = wantedName(group);
    let name = wanted;
    for (let count = 2; names.includes(name); count += 1) name = `${wanted.slice(0, 36)}-${count}`;
    names.push(name);
  }
  return names;
}

/** The workload's name without the release that a chart puts in front of it. */
function wantedName({ runner, crons }: ObjectGroup): string {
  const workload = runner ?? crons[0];
  if (workload === undefined) return "service";
  const labels = { ...textsAt(workload.source.object, "metadata", "labels"), ...workload.labels };
  const [name, instance] = [
    labels["app.kubernetes.io/name"],
    labels["app.kubernetes.io/instance"] ?? labels["release"],
  ];
  const common = runner === undefined && crons.length > 1 ? (name ?? labels["app"] ?? instance) : undefined;
  const prefix = instance === undefined || instance === name ? "" : `${instance}-`;
  const short = workload.name.startsWith(prefix) ? workload.name.slice(prefix.length) : workload.name;
  return (
    asServiceName(common ?? (short === "" ? workload.name : short)) ??
    asServiceName(`service-${workload.name}`) ??
    "service"
  );
}
