import type { Dependency, ServiceSpec } from "@fairway/spec";

/** The dependencies that are services of the platform; the others name what the platform does not run. */
export function platformDependencies(spec: Pick<ServiceSpec, "dependencies">): readonly Dependency[] {
  return spec.dependencies.filter(
    ({ external, hosts = [], cidrs = [] }) => external === undefined && hosts.length === 0 && cidrs.length === 0,
  );
}
