import type { KubeconfigLimits } from "@fairway/kube";
import { Refusal } from "../http/refusal.ts";

/**
 * Refuses a kubeconfig that is not valid, or would make this server run a program or read files of its own machine that its
 * owner has not allowed: whoever may register a cluster may not do that.
 *
 * @param directory what relative paths in it are relative to
 */
export async function checkKubeconfig(
  kubeconfig: string,
  context: string | undefined,
  directory: string,
  limits: KubeconfigLimits,
): Promise<void> {
  const { inspectKubeconfig, KubeconfigError } = await import("@fairway/kube");
  try {
    await inspectKubeconfig({ kubeconfig, directory, limits, ...(context === undefined ? {} : { context }) });
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new Refusal(
      {
        status: 422,
        code: "kubeconfig-not-valid",
        title: "The kubeconfig cannot be used",
        detail: error.message,
        hint: hintFor(error.refusal?.kind),
      },
      { cause: error },
    );
  }
}

function hintFor(refused: "program" | "file" | undefined): string {
  switch (refused) {
    case "program":
      return "use the token of a service account (fairway cluster account), or let the platform's owner allow the program: FAIRWAY_KUBECONFIG_PROGRAMS in the server's environment";
    case "file":
      return "put its content into the kubeconfig (kubectl config view --flatten --minify --raw), or let the platform's owner allow its folder: FAIRWAY_KUBECONFIG_FILES in the server's environment";
    default:
      return "try it with: kubectl version";
  }
}
