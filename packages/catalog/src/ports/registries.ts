/** Where an environment's registered clusters have their images from; an environment has one at most. */
export interface RegistryRecord {
  readonly name: string;
  readonly environment: string;
  /** `registry.example.com/team`: a service's images are in `<prefix>/<service>`. */
  readonly prefix: string;
  /** Reached without TLS. */
  readonly plainHttp: boolean;
  /** Which files lie in the registry's folder below the platform's home. Never the credentials themselves. */
  readonly files: {
    /** Credentials of the server: to push, and to read what images stand on. */
    readonly dockerConfig: boolean;
    /** Credentials of clusters' nodes, for this registry alone. */
    readonly pullDockerConfig: boolean;
    /** PEM certificates to trust besides the usual ones. */
    readonly certificateAuthority: boolean;
  };
  /** References of the images that services stand on, by engine. */
  readonly bases: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

export interface Registries {
  /** Replaces the record of the same name. */
  put(registry: RegistryRecord): Promise<void>;
  get(name: string): Promise<RegistryRecord | undefined>;
  /** The one of an environment. */
  of(environment: string): Promise<RegistryRecord | undefined>;
  /** By name. */
  list(): Promise<readonly RegistryRecord[]>;
  remove(name: string): Promise<void>;
}
