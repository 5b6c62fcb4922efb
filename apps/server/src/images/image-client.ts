/** How a registry is reached, by its host. */
export type AccessOf = (host: string) => {
  /** Text of a Docker configuration. */
  readonly dockerConfig?: string;
  /** PEM. */
  readonly certificateAuthority?: string;
  readonly plainHttp?: boolean;
  /** Not this machine, and no private network. */
  readonly publicOnly?: boolean;
};

/** For every call. */
export interface RegistryCall {
  readonly access: AccessOf;
  /** When aborted, its reason is thrown. */
  readonly signal: AbortSignal;
  /** Milliseconds for everything. */
  readonly deadline: number;
}

export interface ImagePush extends RegistryCall {
  /** The tar of a snapshot and its digest. */
  readonly snapshot: { readonly path: string; readonly digest: string };
  /** Reference of the image that it goes upon, by digest. */
  readonly base: string;
  /** Repository, without a tag: `registry.example.com/team/user`. */
  readonly target: string;
  /** Entry point and its arguments; the base's without. */
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly onProgress: (progress: PushProgress) => void;
}

export interface PushProgress {
  /** What goes on: `sending`. */
  readonly what: string;
  /** Bytes. */
  readonly sent: number;
  readonly total: number;
}

export interface PushedImage {
  /** By digest. */
  readonly reference: string;
  readonly digest: string;
  /** Compressed size of the whole image. */
  readonly bytes: number;
  /** Bytes that the registry did not have. */
  readonly sent: number;
}

/** Registries, as releases need them. All failures are `RegistryError`, or `SnapshotError` for what cannot become an image. */
export interface ImageClient {
  /** What a reference means now, by digest, and its compressed size. */
  resolve(reference: string, call: RegistryCall): Promise<{ readonly reference: string; readonly bytes: number }>;
  /** Whether there is such an image; asks for nothing else. */
  has(reference: string, call: RegistryCall): Promise<boolean>;
  /** Makes an image of a snapshot; sends what the registry has not. */
  push(push: ImagePush): Promise<PushedImage>;
  /** Proves that something could be pushed to this repository; pushes nothing. */
  mayPush(repository: string, call: RegistryCall): Promise<void>;
}
