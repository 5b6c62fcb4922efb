/** How requests go over from one release to the next in a real cluster: by an HTTPRoute's weights, and by a Service alone. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ConnectedCluster, connectCluster, makeAccount } from "@fairway/kube";
import { builtinProfile } from "@fairway/spec";
import {
  answering,
  constantRequests,
  type Heard,
  type Load,
  requests,
  shareOf,
  type Target,
} from "../traffic/answering.ts";
import { type How, holds, type Rollouts, startRollouts } from "../traffic/rollouts.ts";
import { startGateway } from "./harness/gateway.ts";
import { type KubernetesCluster, startKubernetes } from "./harness/start-kubernetes.ts";
import { kubeconfigOf } from "./rendered.ts";
import { serviceTarget } from "./service-target.ts";
import { show } from "./show.ts";
import { until } from "./until.ts";

const perSecond = 60;
/** At 20 % the standard deviation of chance is then half a point: Envoy draws each request's backend. */
const counted = 6_000;
/** When pods were told to go: of those that are still there. */
const leaving = ["get", "pods", "--all-namespaces", "-o", "jsonpath={.items[*].metadata.deletionTimestamp}"];

describe("requests in a real cluster", () => {
  const ends: (() => Promise<void>)[] = [];
  let real: KubernetesCluster;
  let connected: ConnectedCluster;
  let rollouts: Rollouts;
  let publicly: Target;

  before(async () => {
    const started = await startKubernetes({ after: (work) => void ends.push(work) }, { kubelet: true });
    real = started.clusters[0] ?? assert.fail();
    const address = await startGateway(real, started.binaries, started.folder);
    publicly = { address, host: "shop.test" };
    // With the rights that we document.
    const kubeconfig = await makeAccount({ name: real.name, kubeconfig: kubeconfigOf(real) });
    connected = await connectCluster({ name: real.name, kubeconfig });
    const gateway = { name: "contour", namespace: "projectcontour", section: undefined };
    rollouts = startRollouts([
      {
        cluster: connected,
        image: started.nodeImage,
        addressTemplate: "http://{service}.{namespace}.svc.cluster.local",
        profile: { public: { ...builtinProfile.public, via: "gateway", gateway } },
      },
    ]);
    ends.push(async () => {
      await rollouts.stop();
      connected.close();
    });
    await Promise.all([rollouts.deploy(shop("1")), rollouts.deploy(stock("1"))]);
    await until(async () => (await requests(publicly, 1)).failed.length === 0, "the Gateway");
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  const shop = (release: string) => answering("shop", release, { tables: '[[public]]\nhost = "shop.test"\n' });
  const stock = (release: string) => answering("stock", release);

  /** Runs under constant requests by the Gateway and by Services; no request may fail. */
  async function under(work: (loads: Readonly<Record<"gateway" | "shop" | "stock", Load>>) => Promise<void>) {
    const loads = {
      gateway: constantRequests(publicly, perSecond),
      shop: constantRequests(await serviceTarget(real, "shop"), perSecond / 2),
      stock: constantRequests(await serviceTarget(real, "stock"), perSecond / 2),
    };
    const stop = () => Promise.all(Object.values(loads).map((load) => load.stop()));
    try {
      await work(loads);
    } catch (error) {
      await stop();
      throw error;
    }
    const heard = await stop();
    show(JSON.stringify(heard.map(({ answers, failed }) => [answers, failed.length])));
    for (const { failed, answers } of heard) {
      assert.deepEqual(failed, []);
      assert.ok(sum(answers) > 100, JSON.stringify(answers));
    }
  }

  /** Both services at once. */
  const begin = async (release: string, how: How) =>
    Promise.all([rollouts.begin(shop(release), how), rollouts.begin(stock(release), how)]);
  const succeeded = async (numbers: readonly number[]) => {
    for (const number of numbers) assert.equal((await rollouts.ended(number)).status, "succeeded");
  };
  /** Nobody hears anything else any more. */
  const only = async (release: string) => {
    for (const target of [publicly, await serviceTarget(real, "shop"), await serviceTarget(real, "stock")]) {
      assert.deepEqual((await requests(target, 100)).answers, { [release]: 100 });
    }
  };

  it("a canary has its share at the Gateway, and nobody fails on its way to all", async () => {
    await under(async () => {
      const steps = [
        { weight: 20, hold: undefined },
        { weight: 50, hold: 5_000 },
      ];
      const [number, other] = await begin("2", { strategy: "canary", steps });
      await rollouts.until(number, holds(20));
      const share = shareOf("2", await requests(publicly, counted));
      show(`20 %: ${share.toFixed(2)} % of ${counted}`);
      assert.ok(Math.abs(share - 20) <= 2, `${share} %`);
      assert.deepEqual(Object.keys((await requests(await serviceTarget(real, "shop"), 100)).answers), ["1"]);
      await rollouts.until(other, holds(20));
      // One new pod beside two: a third is what replicas can do.
      const third = shareOf("2", await requests(await serviceTarget(real, "stock"), 2_000));
      show(`by replicas: ${third.toFixed(2)} %`);
      assert.ok(Math.abs(third - 100 / 3) <= 6, `${third} %`);
      for (const one of [number, other]) await rollouts.command(one, { type: "promote" });
      await succeeded([number, other]);
      await only("2");
    });
  });

  it("an aborted canary gives everything back", async () => {
    await under(async () => {
      const numbers = await begin("3", { strategy: "canary", steps: [{ weight: 50, hold: undefined }] });
      for (const number of numbers) await rollouts.until(number, holds(50));
      for (const number of numbers) await rollouts.command(number, { type: "abort" });
      for (const number of numbers) assert.equal((await rollouts.ended(number)).status, "failed");
      await only("2");
    });
  });

  it("blue-green goes over at once, when it is told", async () => {
    await under(async ({ gateway }) => {
      const numbers = await begin("4", { strategy: "blue-green", switch: "by-hand" });
      for (const number of numbers) await rollouts.until(number, holds(0));
      assert.deepEqual(Object.keys(gateway.heard().answers), ["2"]);
      for (const number of numbers) await rollouts.command(number, { type: "promote" });
      await succeeded(numbers);
      await only("4");
    });
  });

  it("pods are replaced in place", async () => {
    await under(async () => {
      await succeeded(await begin("5", {}));
      // A pod that goes serves on for whoever has not heard yet that it goes.
      await until(async () => !(await real.kubectl(leaving)).includes("Z"), "pods that go");
      await only("5");
    });
  });
});

function sum(answers: Heard["answers"]): number {
  return Object.values(answers).reduce((all, one) => all + one, 0);
}
