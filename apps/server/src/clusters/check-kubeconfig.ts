import { Refusal } from "../http/refusal.ts";

/**
 * Refuses a kubeconfig that is not valid, or would make this server run a program or read files of its own machine:
 * whoever may register a cluster may not do that.
 */
export async function checkKubeconfig(kubeconfig: string, context: string | undefined): Promise<void> {
  const { inspectKubeconfig, KubeconfigError } = await import("@fairway/kube");
  try {
    const facts = await inspectKubeconfig({ kubeconfig, ...(context === undefined ? {} : { context }) });
    if (facts.command !== undefined)
      throw refused("it runs a program to sign in", "use the token of a service account");
    if (facts.files.length > 0) {
      throw refused("it refers to files", "put their content into it: kubectl config view --flatten --minify");
    }
  } catch (error) {
    if (error instanceof KubeconfigError) throw refused(error.message, "try it with: kubectl version", error);
    throw error;
  }
}

function refused(detail: string, hint: string, cause?: unknown): Refusal {
  return new Refusal(
    { status: 422, code: "kubeconfig-not-valid", title: "The kubeconfig cannot be used", detail, hint },
    { cause },
  );
}
