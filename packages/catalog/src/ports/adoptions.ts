/**
 * How far it has come. Forward: `claiming` (a namespace that ours shares with the old), `beside` (ours is rolled out), `moving`
 * (requests go over), `moved` (a person decides), `taking` (names that both have), `settling` (ours is rolled out once more, now
 * whole), `deleting` (the old objects), `confirmed`. Back: `leading-back` (requests; to `moved` once more where nothing of the old is
 * left to take them), `removing` (ours), `letting-go` (the namespace), then `undone`, or `failed` where nobody asked for it.
 */
export type AdoptionState =
  | "claiming"
  | "beside"
  | "moving"
  | "moved"
  | "taking"
  | "settling"
  | "deleting"
  | "leading-back"
  | "removing"
  | "letting-go"
  | "confirmed"
  | "undone"
  | "failed";

/** A live service that somebody else deployed, on its way under Fairway. */
export interface AdoptionRecord<Plan> {
  /** Platform-wide, from 1. */
  readonly number: number;
  readonly environment: string;
  readonly service: string;
  /** What is rolled out beside the old. */
  readonly release: string;
  /** What was found and decided before anything was changed; JSON. */
  readonly plan: Plan;
  readonly state: AdoptionState;
  /** Grows with each change of the state: what is done in one turn is done once. */
  readonly turn: number;
  /** Why it went back, or did not go on. */
  readonly reason: string | undefined;
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339: since when it is in its state. */
  readonly changedAt: string;
  /** RFC 3339. */
  readonly endedAt: string | undefined;
}

export interface Adoptions<Plan> {
  /** Undefined while another one of the service is open. */
  start(
    adoption: Pick<AdoptionRecord<Plan>, "environment" | "service" | "release" | "plan" | "state" | "actor">,
  ): Promise<AdoptionRecord<Plan> | undefined>;
  get(number: number): Promise<AdoptionRecord<Plan> | undefined>;
  /** Newest first. */
  list(filter: {
    readonly environment?: string;
    readonly service?: string;
    readonly limit: number;
  }): Promise<readonly AdoptionRecord<Plan>[]>;
  /** Those that have not ended, oldest first. */
  open(): Promise<readonly AdoptionRecord<Plan>[]>;
  /** The next turn. False when another one has begun meanwhile. */
  become(number: number, turn: number, change: Pick<AdoptionRecord<Plan>, "state" | "reason">): Promise<boolean>;
}
