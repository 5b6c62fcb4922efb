import type { Backend } from "./routes.ts";

/** Where the balancing of one backend stands; kept over route changes, so that a change does not favour the first. */
export interface BackendPosition {
  /** Smooth weighted round robin, as in nginx: the largest wins and pays the sum of all weights. */
  credit: number;
  /** Counts up; modulo the endpoints it says who is next. */
  turn: number;
}

interface Target {
  readonly backend: string;
  readonly endpoint: string;
}

/** Chooses where the next attempt of a request goes. */
export interface Balancer {
  /**
   * @param tried endpoints that this request already tried in vain
   * @param suspect endpoints that lately refused connections: used only when nothing else is left
   * @param stay the backend of this request's first attempt: another one is taken only when it has nobody left, so that
   * shares are those of requests, whatever becomes of attempts
   */
  next(tried: ReadonlySet<string>, suspect: (endpoint: string) => boolean, stay?: string): Target | undefined;
}

/** Weights choose the backend, round robin its endpoint; a backend whose endpoints were all tried is passed over. */
export function createBalancer(backends: readonly Backend[], position: (backend: string) => BackendPosition): Balancer {
  const candidates = backends
    .filter((backend) => backend.weight > 0 && backend.endpoints.length > 0)
    .map((backend) => ({ backend, at: position(backend.name) }));
  return {
    next(tried, suspect, stay) {
      const untried = candidates.filter(({ backend }) => backend.endpoints.some((endpoint) => !tried.has(endpoint)));
      const sound = untried.filter(({ backend }) =>
        backend.endpoints.some((endpoint) => !tried.has(endpoint) && !suspect(endpoint)),
      );
      const able = sound.length > 0 ? sound : untried;
      const chosen = able.find(({ backend }) => backend.name === stay) ?? byWeight(able);
      if (!chosen) return undefined;
      const endpoints = chosen.backend.endpoints.filter((endpoint) => !tried.has(endpoint));
      const soundEndpoints = endpoints.filter((endpoint) => !suspect(endpoint));
      const pool = soundEndpoints.length > 0 ? soundEndpoints : endpoints;
      const endpoint = pool[chosen.at.turn++ % pool.length];
      return endpoint === undefined ? undefined : { backend: chosen.backend.name, endpoint };
    },
  };
}

interface Candidate {
  readonly backend: Backend;
  readonly at: BackendPosition;
}

function byWeight(candidates: readonly Candidate[]): Candidate | undefined {
  if (candidates.length === 1) return candidates[0];
  let total = 0;
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    candidate.at.credit += candidate.backend.weight;
    total += candidate.backend.weight;
    if (!best || candidate.at.credit > best.at.credit) best = candidate;
  }
  if (best) best.at.credit -= total;
  return best;
}
