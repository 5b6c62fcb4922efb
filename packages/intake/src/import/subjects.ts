import type { ProfileSettings } from "@fairway/spec";
import type { ObjectGroup } from "./group-objects.ts";
import { fieldsAt, textAt } from "./json-fields.ts";
import type { SourceObject } from "./read-objects.ts";
import { refusalsOf } from "./refusal.ts";
import { serviceNames } from "./service-name.ts";
import { mainContainer, type Neighbour, portOf, type Subject } from "./subject.ts";

/** The groups as services-to-be: named, their container chosen, their neighbours known. */
export function subjectsOf(
  groups: readonly ObjectGroup[],
  objects: readonly SourceObject[],
  profile: (service: string) => ProfileSettings,
  name: string | undefined,
): readonly Subject[] {
  const names = serviceNames(groups).map((one) => (groups.length === 1 ? (name ?? one) : one));
  const neighbours = neighboursOf(groups, names, objects);
  return groups.flatMap((group, index): Subject[] => {
    const workload = group.runner ?? group.crons[0];
    if (workload === undefined) return [];
    const { main, beside } = mainContainer(workload.template);
    const serviceName = names[index] ?? "service";
    return [
      {
        group,
        name: serviceName,
        namespace: workload.source.object.metadata.namespace,
        workload,
        pod: fieldsAt(workload.template, "spec"),
        container: main,
        beside,
        port: group.runner === undefined ? undefined : portOf(group, main, beside),
        profile: profile(serviceName),
        neighbours,
      },
    ];
  });
}

function neighboursOf(
  groups: readonly ObjectGroup[],
  names: readonly string[],
  objects: readonly SourceObject[],
): ReadonlyMap<string, Neighbour> {
  const neighbours = new Map<string, Neighbour>();
  for (const { object } of objects) {
    if (object.kind !== "Service" || object.apiVersion !== "v1") continue;
    const host = textAt(object, "spec", "externalName");
    neighbours.set(object.metadata.name, host === undefined ? { type: "beside" } : { type: "external", host });
  }
  for (const [index, group] of groups.entries()) {
    if (refusalsOf(group).length > 0) continue;
    for (const { object } of group.services)
      neighbours.set(object.metadata.name, { type: "service", name: names[index] ?? object.metadata.name });
  }
  return neighbours;
}
