import { useSearch } from "@tanstack/react-router";
import type { Environment } from "./queries.ts";

/** The environment that the address names; undefined where there is only one. */
export function useEnvironment(): Environment {
  return useSearch({ strict: false, select: (search) => search.environment });
}

/** ` --env staging` where the address names an environment, for the commands that pages show. */
export function useEnvironmentFlag(): string {
  const environment = useEnvironment();
  return environment === undefined ? "" : ` --env ${environment}`;
}
