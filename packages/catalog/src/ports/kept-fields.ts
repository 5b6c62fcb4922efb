/** A field of an object that was left to whoever has set it by hand. */
export interface KeptField {
  readonly environment: string;
  readonly service: string;
  /** As the release names it, without a slot: `Deployment/user`. */
  readonly object: string;
  /** `.spec.replicas` */
  readonly field: string;
  /** Who left it to others. */
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface KeptFields {
  /** The first one stays when it is added again. */
  add(kept: KeptField): Promise<void>;
  /** False when there was none. */
  remove(environment: string, service: string, object: string, field: string): Promise<boolean>;
  /** By object and field. */
  list(environment: string, service: string): Promise<readonly KeptField[]>;
}
