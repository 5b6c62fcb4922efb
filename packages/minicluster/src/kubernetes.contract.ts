import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { autoscalerCases } from "./contract/api/autoscaler.ts";
import { cronJobCases } from "./contract/api/cron-job.ts";
import { evictionCases } from "./contract/api/eviction.ts";
import { apiGroups } from "./contract/api/groups.ts";
import { limitRangeCases } from "./contract/api/limit-range.ts";
import { networkingCases } from "./contract/api/networking.ts";
import { quotaCases } from "./contract/api/quota.ts";
import { rbacCases } from "./contract/api/rbac.ts";
import type { ContractCluster, Register } from "./contract/contract-cluster.ts";
import { kubectlGroups } from "./contract/kubectl/groups.ts";
import { workloadGroups } from "./contract/workloads/groups.ts";

type Which = "all" | "without-kubectl" | "kubectl" | { readonly without: readonly string[] };

export type { ContractCluster } from "./contract/contract-cluster.ts";
export { type KubernetesClient, kubernetesClient } from "./contract/kubernetes-client.ts";

const groups: Readonly<Record<string, (each: Register) => void>> = {
  ...apiGroups,
  "API: limit ranges": limitRangeCases,
  "API: networks": networkingCases,
  "API: rights": rbacCases,
};

/** Their cases wait for controllers and pods most of the time: they do so side by side, so many groups, and so many cases of a group. */
const waitingGroups: Readonly<Record<string, (each: Register) => void>> = {
  "API: autoscalers": autoscalerCases,
  "API: CronJobs": cronJobCases,
  "API: quotas": quotaCases,
  "API: eviction": evictionCases,
  ...workloadGroups,
};
const groupsAtOnce = 2;
const casesAtOnce = 4;

/** How long a namespace may take until pods can be made in it, in milliseconds. */
const patience = 120_000;

/**
 * Registers what a Kubernetes cluster does for the renderer, the engine and a person with kubectl. The same cases hold
 * our embedded cluster and a real one, so that nobody has to trust the former: an intended difference is a row in this
 * package's README.
 *
 * @param name Shown in the test report.
 * @param make The cluster, once for all cases.
 * @param which Cases with kubectl need one: `without-kubectl` leaves them out, `kubectl` takes only them; `without` leaves them
 *   out and groups and cases of those titles too.
 */
export function kubernetesContract(
  name: string,
  make: () => Promise<ContractCluster & { close(): Promise<void> }>,
  which: Which = "all",
): void {
  describe(`Kubernetes contract: ${name}`, () => {
    let cluster: ContractCluster & { close(): Promise<void> };
    let made = 0;
    before(async () => {
      cluster = await make();
    });
    after(async () => {
      cluster?.client.close();
      await cluster?.close();
    });
    const leftOut = typeof which === "object" ? which.without : [];
    const each: Register = (title, body, { timeoutMilliseconds = 300_000 } = {}) => {
      if (leftOut.includes(title)) return;
      const attempt = async () => {
        made += 1;
        const namespace = `contract-${process.pid}-${made}`;
        await makeNamespace(cluster, namespace);
        try {
          await body(cluster, namespace);
        } finally {
          await cluster.client.request("DELETE", `/api/v1/namespaces/${namespace}`);
        }
      };
      it(title, { timeout: timeoutMilliseconds }, async () => {
        try {
          await attempt();
        } catch (error) {
          if (cluster.givesSecondTry !== true) throw error;
          console.error(`second try of "${title}": ${error instanceof Error ? error.message.slice(0, 500) : error}`);
          await attempt();
        }
      });
    };
    const oneByOne = which === "kubectl" ? {} : groups;
    const sideBySide = {
      ...(which === "kubectl" ? {} : waitingGroups),
      ...(which === "all" || which === "kubectl" ? kubectlGroups : {}),
    };
    const wanted = (of: typeof groups) => Object.entries(of).filter(([title]) => !leftOut.includes(title));
    for (const [title, register] of wanted(oneByOne)) describe(title, () => register(each));
    describe("side by side", { concurrency: groupsAtOnce }, () => {
      for (const [title, register] of wanted(sideBySide)) {
        describe(title, { concurrency: casesAtOnce }, () => register(each));
      }
    });
  });
}

async function makeNamespace({ client }: ContractCluster, name: string): Promise<void> {
  const created = await client.request("POST", "/api/v1/namespaces", {
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
  });
  assert.equal(created.code, 201, created.text);
  const deadline = Date.now() + patience;
  // What controllers put into every namespace; a case that counts objects must find it there.
  for (const made of ["serviceaccounts/default", "configmaps/kube-root-ca.crt"]) {
    while ((await client.request("GET", `/api/v1/namespaces/${name}/${made}`)).code !== 200) {
      assert.ok(Date.now() < deadline, `namespace ${name} gets no ${made}`);
      await pause(50);
    }
  }
}
