/** A service with what it declares to call. */
export interface Declared {
  readonly name: string;
  readonly dependencies: readonly string[];
}

export interface DependencyGraph {
  /** Who declares to call a service, by name. */
  consumersOf(name: string): readonly string[];
  /** Declared dependencies that are no known service, by the service that declares them, then by name. */
  readonly unknown: readonly { readonly service: string; readonly dependency: string }[];
}

/** Who calls whom, as declared, in one environment. */
export function dependencyGraph(services: readonly Declared[]): DependencyGraph {
  const declared = new Map(services.map((one) => [one.name, [...new Set(one.dependencies)].sort()]));
  const names = [...declared.keys()].sort();
  const consumers = new Map<string, string[]>();
  const unknown: { readonly service: string; readonly dependency: string }[] = [];
  for (const service of names) {
    for (const dependency of declared.get(service) ?? []) {
      const known = consumers.get(dependency) ?? [];
      known.push(service);
      consumers.set(dependency, known);
      if (!declared.has(dependency)) unknown.push({ service, dependency });
    }
  }
  return { consumersOf: (name) => consumers.get(name) ?? [], unknown };
}
