/** Others who write while rollouts go: tools, an autoscaler, a webhook; and a cluster that is put back to a backup. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Answering, answering } from "../traffic/answering.ts";
import { type How, holds } from "../traffic/rollouts.ts";
import { type Review, startWebhook } from "./harness/webhook.ts";
import { allAtRest } from "./oracle.ts";
import { show } from "./show.ts";
import { startTwoClusters, type TwoClusters } from "./two-clusters.ts";
import { until } from "./until.ts";

const limits = { suspect: 500, converge: 1_000, restored: 30_000 };
const blueGreen: How = { strategy: "blue-green" };
/** Between writes of whoever does not stop, in milliseconds; an autoscaler is slower. */
const pace = 200;
const scalePace = 4_000;

const ends: (() => Promise<void>)[] = [];
let world: TwoClusters;

before(async () => {
  world = await startTwoClusters({ after: (work) => void ends.push(work) }, limits);
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

interface Meddled extends Answering {
  readonly name: string;
  readonly how?: How;
}
/** All of them fit on a small node. */
const tables = '[resources]\ncpu = "10m"\n';
const appToml = ({ name, how: _, ...of }: Meddled, release: string) =>
  answering(name, release, { replicas: 1, tables, ...of });
const deploy = (service: Meddled, release: string) => world.rollouts.deploy(appToml(service, release), service.how);

/** Brings release 2 of each under requests. */
async function rollOut(services: readonly Meddled[]): Promise<void> {
  const bring = async (service: Meddled) => {
    const number = await world.rollouts.begin(appToml(service, "2"), service.how);
    const { status, reason } = await world.rollouts.closed(number);
    assert.equal(status, "succeeded", `${service.name}: ${reason}`);
  };
  const names = services.map(({ name }) => name);
  await world.under(names, async () => void (await Promise.all(services.map(bring))));
}

/** Both clusters are on what is active. */
async function atRest(services: readonly Meddled[]): Promise<void> {
  const { a, b, rollouts } = world;
  await Promise.all(
    services.map(async ({ name }) => allAtRest([a, b], { namespace: name, release: await rollouts.active(name) })),
  );
}

/** Drift of a service in the first cluster, a line for each field. */
async function drift(service: string): Promise<readonly string[]> {
  const [found] = await world.rollouts.drift(service);
  assert.ok(found?.compared);
  return [
    ...found.problems,
    ...found.objects.flatMap(({ kind, name, change, fields }) =>
      fields.length === 0
        ? [`${kind}/${name} ${change}`]
        : fields.map((one) => `${kind}/${name} ${one.path} ${one.change} by ${one.manager ?? "?"}`),
    ),
  ];
}

async function write(path: string, manager: string, body: object, how: "merge" | "apply" = "merge"): Promise<void> {
  const force = how === "apply" ? "&force=true" : "";
  const contentType = how === "apply" ? "application/apply-patch+yaml" : "application/merge-patch+json";
  const { code, text } = await world.a.client.request("PATCH", `${path}?fieldManager=${manager}${force}`, {
    body,
    contentType,
  });
  assert.ok(code < 300 || [404, 409, 422].includes(code), text);
}
const deploymentPath = (service: string, slot: string) =>
  `/apis/apps/v1/namespaces/${service}/deployments/${service}-${slot}`;

/** Does it again and again until it is stopped. */
function again(work: (turn: number) => Promise<unknown>, every = pace): { stop(): Promise<number> } {
  let going = true;
  const done = (async () => {
    let turn = 0;
    for (; going; turn += 1) {
      await work(turn);
      await new Promise((resolve) => setTimeout(resolve, every));
    }
    return turn;
  })();
  return {
    stop() {
      going = false;
      return done;
    },
  };
}

describe("whoever writes while rollouts go", () => {
  it("notes something, or scales within an autoscaler's bounds: it hinders nothing, and is no change by hand", async () => {
    const replicas = { min: 1, max: 3 };
    const services = [
      { name: "noted" },
      { name: "noted-slots", how: blueGreen },
      { name: "scaled", replicas },
      { name: "scaled-slots", replicas, how: blueGreen },
    ];
    await Promise.all(services.map((service) => deploy(service, "1")));
    const meddlers = services.flatMap(({ name, replicas: scales }) =>
      ["a", "b"].map((slot) =>
        again(
          (turn) => {
            const path = deploymentPath(name, slot);
            if (scales !== undefined) {
              return write(`${path}/scale`, "kube-controller-manager", { spec: { replicas: 1 + (turn % 3) } });
            }
            return write(path, "kubectl-annotate", { metadata: { annotations: { "example.com/turn": String(turn) } } });
          },
          scales === undefined ? pace : scalePace,
        ),
      ),
    );
    await rollOut(services).finally(() => Promise.all(meddlers.map((one) => one.stop())));
    await atRest(services);
    for (const { name } of services) assert.deepEqual(await drift(name), [], name);
  });

  it("forces fields of ours: the rollout ends once, with who and which; drift says so until a repair", async () => {
    const { rollouts, hold, under } = world;
    const forced: Meddled = { name: "forced" };
    const slots: Meddled = { name: "forced-slots", how: { strategy: "blue-green", switch: "by-hand" } };
    const services = [forced, slots];
    await Promise.all(services.map(({ how: _, ...service }) => deploy(service, "1")));
    /** From now on another tool wants two replicas there; the rollout that goes on ends for it. */
    const meddle = async ({ name }: Meddled, slot: string, number: number, goOn: () => void | Promise<void>) => {
      const spec = { replicas: 2 };
      const metadata = { name: `${name}-${slot}`, namespace: name };
      const wants = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
      await write(deploymentPath(name, slot), "argocd", wants, "apply");
      const meddler = again(() => write(deploymentPath(name, slot), "argocd", wants, "apply"));
      try {
        await goOn();
        const { status, causes } = await rollouts.closed(number);
        assert.deepEqual([status, causes.map(({ code }) => code)], ["failed", ["FieldConflict"]], name);
        assert.match(JSON.stringify(causes), /argocd/);
        const both = [await drift(name), await drift(name)];
        show(`${name}: ${JSON.stringify(both)}`);
      } finally {
        await meddler.stop();
      }
    };
    await under(
      services.map(({ name }) => name),
      async () => {
        const inPlace = async () => {
          const held = hold(forced.name, "app");
          const number = await rollouts.begin(appToml(forced, "2"));
          await held.reached;
          await meddle(forced, "a", number, held.letGo);
          assert.deepEqual(await drift(forced.name), ["Deployment/forced-a .spec.replicas changed by argocd"]);
          await rollouts.repair(forced.name);
        };
        const inSlots = async () => {
          const number = await rollouts.begin(appToml(slots, "2"), slots.how);
          await rollouts.until(number, holds(0));
          await meddle(slots, "b", number, () => rollouts.command(number, { type: "promote" }));
        };
        await Promise.all([inPlace(), inSlots()]);
      },
    );
    for (const { name } of services) assert.deepEqual(await drift(name), [], name);
    await atRest(services);
  });

  it("is a webhook that changes pods and Deployments: rollouts go through it, and what it writes is nobody's change by hand", async () => {
    const { a, kubernetes } = world;
    const services = [{ name: "hooked" }, { name: "hooked-slots", how: blueGreen }];
    const webhook = await startWebhook(kubernetes.registry.replace(/:\d+$/, ""), (review) => ({
      allowed: true,
      patchType: "JSONPatch",
      patch: Buffer.from(JSON.stringify(injected(review))).toString("base64"),
    }));
    ends.push(async () => webhook.close());
    const rule = (group: string, resource: string) => ({
      ...{ apiGroups: [group], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: [resource] },
    });
    const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    const configuration = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "injector" },
      webhooks: [
        {
          name: "injector.example.com",
          rules: [rule("", "pods"), rule("apps", "deployments")],
          namespaceSelector: {
            matchExpressions: [
              { key: "kubernetes.io/metadata.name", operator: "In", values: services.map(({ name }) => name) },
            ],
          },
          clientConfig: { url: webhook.url, caBundle: webhook.authority },
          ...{ failurePolicy: "Fail", sideEffects: "None", timeoutSeconds: 10, admissionReviewVersions: ["v1"] },
        },
      ],
    };
    await Promise.all(services.map((service) => deploy(service, "1")));
    assert.equal((await a.client.request("POST", path, { body: configuration })).code, 201);
    await rollOut(services);
    await atRest(services);
    for (const { name } of services) {
      const pods = await a.kubectl(["get", "pods", "-n", name, "-o", "jsonpath={.items[*].spec.containers[*].name}"]);
      assert.match(pods, /sidecar/, name);
      assert.deepEqual(await drift(name), [], name);
      assert.deepEqual(await drift(name), [], `${name}, once more`);
    }
    // Without it the release would have its own number again, which nobody but the next rollout brings.
    assert.equal((await a.client.request("DELETE", `${path}/injector`)).code, 200);
    await until(async () => (await drift("hooked")).length > 0, "the webhook is gone");
    const requests = '.spec.template.spec.containers[name="app"].resources.requests.cpu';
    assert.deepEqual(await drift("hooked"), [`Deployment/hooked-a ${requests} changed by ?`]);
    await world.rollouts.repair("hooked");
    assert.deepEqual(await drift("hooked"), []);
  });
});

describe("a cluster that is put back to a backup", () => {
  it("is told from one that was changed by hand, and brought to the decision, also in the middle of a rollout", async () => {
    const { a, b, rollouts, under } = world;
    const plain = { name: "plain" };
    const slotted = { name: "slotted", how: blueGreen };
    const between: Meddled = { name: "between", how: { strategy: "blue-green", switch: "by-hand" } };
    const services: readonly Meddled[] = [plain, slotted, between];
    await Promise.all(services.map(({ how: _, ...service }) => deploy(service, "1")));
    const names = services.map(({ name }) => name);
    // What the other cluster serves is nobody's business there.
    await under(names, async () => {
      await a.backUp();
      await Promise.all([plain, slotted].map((service) => deploy(service, "2")));
      const number = await rollouts.begin(appToml(between, "2"), between.how);
      await rollouts.until(number, holds(0));
      await a.restore();
      for (const { name } of [plain, slotted]) {
        await until(async () => (await rollouts.drift(name))[0]?.putBackTo !== undefined, `${name} is put back`);
        assert.equal((await rollouts.drift(name))[1]?.putBackTo, undefined);
      }
      await rollouts.command(number, { type: "promote" });
      await Promise.all([plain, slotted].map(({ name }) => rollouts.repair(name)));
      const { status, reason } = await rollouts.closed(number);
      show(`between: ${status} ${reason}`);
      await atRest(services);
      for (const name of names) {
        const found = await rollouts.drift(name);
        assert.deepEqual(
          found.flatMap(({ objects, problems, putBackTo }) => [
            ...objects,
            ...problems,
            ...(putBackTo === undefined ? [] : [putBackTo]),
          ]),
          [],
        );
      }
    }, [b]);
  });
});

/** A second container and a label on pods; a mark and another request on Deployments. */
function injected({ resource, object }: Review): readonly object[] {
  const add = (path: string, value: unknown) => ({ op: "add", path, value });
  if (resource.resource === "deployments") {
    return [
      add("/metadata/labels/policy.example.com~1checked", "yes"),
      add("/spec/template/spec/containers/0/resources/requests/cpu", "11m"),
    ];
  }
  const { spec } = object as { spec: { containers: readonly Record<string, unknown>[] } };
  const [first] = spec.containers;
  if (spec.containers.some(({ name }) => name === "sidecar")) return [];
  const command = ["node", "-e", "setInterval(() => {}, 1e6); process.on('SIGTERM', () => process.exit())"];
  // What a namespace asks of containers it asks of this one too.
  const sidecar = {
    ...{ name: "sidecar", command },
    ...{ image: first?.["image"], securityContext: first?.["securityContext"], resources: first?.["resources"] },
  };
  return [add("/metadata/labels/sidecar.example.com~1injected", "yes"), add("/spec/containers/-", sidecar)];
}
