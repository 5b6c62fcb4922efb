import type { ReleaseRecord, ReleaseStore } from "@fairway/catalog";

/** Active releases of an environment by service name, kept between rollouts. */
export interface ActiveReleases {
  of(environment: string): Promise<Readonly<Record<string, ReleaseRecord>>>;
  /** A rollout wrote something, so that another release may be active. */
  forget(): void;
}

export function activeReleases(releases: ReleaseStore): ActiveReleases {
  let kept = new Map<string, Promise<Readonly<Record<string, ReleaseRecord>>>>();
  const last = new Map<string, Readonly<Record<string, ReleaseRecord>>>();
  return {
    of(environment) {
      const known = kept.get(environment);
      if (known !== undefined) return known;
      const reading = releases.active(environment, last.get(environment)).then((now) => {
        last.set(environment, now);
        return now;
      });
      const mine = kept;
      mine.set(environment, reading);
      reading.catch(() => mine.delete(environment));
      return reading;
    },
    forget() {
      kept = new Map();
    },
  };
}
