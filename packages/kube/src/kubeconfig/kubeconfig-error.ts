/** The kubeconfig cannot be used. The message quotes none of its content but names of contexts. */
export class KubeconfigError extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "KubeconfigError";
  }
}
