/** Where somebody wants to be told of rollouts. */
export interface WebhookRecord {
  readonly id: number;
  readonly url: string;
  /** Names of milestones: `done`. */
  readonly events: readonly string[];
  /** Of this environment only. */
  readonly environment: string | undefined;
  /** What messages are signed with, sealed by a key that the database does not have. */
  readonly sealedSecret: string;
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Since when its receiver wants no more messages: none comes into its outbox. */
  readonly goneAt: string | undefined;
}

/** One message to one webhook, from the moment at which it happened until it was taken or given up. */
export interface Delivery {
  readonly webhook: number;
  /** The same for each try, and for each webhook: `18-4`, the rollout and its entry. */
  readonly message: string;
  readonly event: string;
  readonly rollout: number;
  readonly sequence: number;
  readonly status: "waiting" | "delivered" | "given-up";
  readonly attempts: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Of the last try. */
  readonly lastAt: string | undefined;
  /** HTTP status of the last answer. */
  readonly answer: number | undefined;
  /** Why the last try failed. */
  readonly error: string | undefined;
}

/** Webhooks and their outbox; the journal puts messages into it in the transaction that writes what they tell. */
export interface Webhooks {
  add(webhook: Omit<WebhookRecord, "id" | "goneAt">): Promise<WebhookRecord>;
  get(id: number): Promise<WebhookRecord | undefined>;
  /** By id. */
  list(): Promise<readonly WebhookRecord[]>;
  /** With its messages; false when there is none. */
  remove(id: number): Promise<boolean>;
  /**
   * Messages that are due, one of each webhook, and each for one caller only: for `hold` milliseconds nobody else gets
   * them.
   *
   * @param busy webhooks that are being written to
   */
  take(limit: number, hold: number, busy: readonly number[]): Promise<readonly Delivery[]>;
  /** What became of a try. `retryAfter` in milliseconds; undefined: there is no other one. */
  tried(
    delivery: Pick<Delivery, "webhook" | "message">,
    result: {
      readonly delivered: boolean;
      readonly answer: number | undefined;
      readonly error: string | undefined;
      readonly retryAfter: number | undefined;
    },
  ): Promise<void>;
  /**
   * Its receiver wants no more messages, or wants them again.
   *
   * @param why what is said of those that wait, which are given up; undefined: it wants them again
   */
  setGone(id: number, why: string | undefined): Promise<void>;
  /** Milliseconds until a message of a webhook that is not busy is due; undefined when none waits. */
  nextDue(busy: readonly number[]): Promise<number | undefined>;
  /** Newest first. */
  deliveries(webhook: number, limit: number): Promise<readonly Delivery[]>;
}
