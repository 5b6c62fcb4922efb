/** The contract of a Kubernetes cluster on our embedded one; test/kubernetes runs the same cases on a real one. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { kubernetesContract } from "@fairway/minicluster/kubernetes.contract";
import { startContractMinicluster } from "./contract-minicluster.ts";
import { checkout } from "./platform.ts";

/** Fetched by scripts/fetch-kubectl.ts; who has only Node does without these cases. */
const kubectl = join(checkout, "node_modules/.cache/fairway/kubectl");
const isThere = existsSync(kubectl);

kubernetesContract(
  "minicluster",
  () => startContractMinicluster(isThere ? [{ version: "1.34", path: kubectl }] : []),
  isThere ? "all" : "without-kubectl",
);
