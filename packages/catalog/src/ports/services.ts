/** A service as the platform knows it; its number never changes and is never given again. */
export interface ServiceRecord {
  readonly name: string;
  /** Small, platform-wide, for life: addresses are made of it. */
  readonly number: number;
  readonly createdAt: string;
}

export interface Services {
  /** Gives the record, with a fresh number when the name is new. Safe to repeat and to race. */
  ensure(name: string): Promise<ServiceRecord>;
  get(name: string): Promise<ServiceRecord | undefined>;
  /** Services with an active release or an unfinished rollout in the environment, by name. */
  list(environment: string): Promise<readonly ServiceRecord[]>;
  numbers(names: readonly string[]): Promise<Readonly<Record<string, number>>>;
}
