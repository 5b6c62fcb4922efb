/** A change of the platform that goes through the services of an environment, each by an ordinary rollout. */
export interface FleetRecord {
  /** Platform-wide, from 1. */
  readonly number: number;
  readonly environment: string;
  /** `profile`: a new version of the profile or of the platform. */
  readonly kind: "profile" | "cluster-added" | "cluster-removed";
  /** That was added, or is being removed. */
  readonly cluster: string | undefined;
  /** Rollouts at a time at most. */
  readonly parallel: number;
  /** Failed services after which it halts. */
  readonly stopAfter: number;
  /** Failed services that a person has looked at and gone on from. */
  readonly forgiven: number;
  /** `halted`: by failures; it can be resumed as a paused one. */
  readonly status: "running" | "paused" | "halted" | "done" | "stopped";
  /** Why it has halted. */
  readonly reason: string | undefined;
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339. */
  readonly endedAt: string | undefined;
}

/** A service's part in it. */
export interface FleetService {
  readonly service: string;
  /**
   * `rolling`, `done` and `failed` are what its rollout is. `refused`: by prepare, or it cannot be rendered. `unchanged`: it
   * would become what it is. `gone`: it does not run any more.
   */
  readonly state: "waiting" | "rolling" | "done" | "failed" | "refused" | "unchanged" | "gone";
  /** Of the newest rollout that it had here. One that was superseded leaves it waiting again. */
  readonly rollout: number | undefined;
  readonly reason: string | undefined;
}

export interface Fleets {
  /** Undefined when one is under way in the environment. `services`: names in their order. */
  start(
    fleet: Pick<FleetRecord, "environment" | "kind" | "cluster" | "parallel" | "stopAfter" | "actor">,
    services: readonly string[],
  ): Promise<FleetRecord | undefined>;
  get(number: number): Promise<FleetRecord | undefined>;
  /** Newest first. */
  list(filter: { readonly environment?: string; readonly limit: number }): Promise<readonly FleetRecord[]>;
  /** Neither done nor stopped, oldest first. */
  unfinished(): Promise<readonly FleetRecord[]>;
  /** In their order, as they and their rollouts are now. */
  services(number: number): Promise<readonly FleetService[]>;
  /** False when its status is none of `from`. What is left out of `change` stays. */
  update(
    number: number,
    from: readonly FleetRecord["status"][],
    change: Pick<FleetRecord, "status" | "reason"> & Partial<Pick<FleetRecord, "forgiven">>,
  ): Promise<boolean>;
  /** A service's rollout was made. */
  begun(number: number, service: string, rollout: number): Promise<void>;
  /** A service is passed by. */
  passed(
    number: number,
    service: string,
    state: "refused" | "unchanged" | "gone",
    reason: string | undefined,
  ): Promise<void>;
}
