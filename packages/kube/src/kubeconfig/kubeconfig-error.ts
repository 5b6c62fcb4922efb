/** What a kubeconfig asks for and may not have. */
export interface KubeconfigRefusal {
  readonly kind: "program" | "file";
  /** The program or the file, as the kubeconfig names it. */
  readonly name: string;
}

/** The kubeconfig cannot be used. The message quotes none of its content but names of contexts, programs and files. */
export class KubeconfigError extends Error {
  /** Set when it is valid, but not allowed here (`KubeconfigLimits`). */
  readonly refusal: KubeconfigRefusal | undefined;

  constructor(message: string, options: { readonly cause?: unknown; readonly refusal?: KubeconfigRefusal } = {}) {
    super(message, { cause: options.cause });
    this.name = "KubeconfigError";
    this.refusal = options.refusal;
  }
}
