import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { KubernetesClient } from "@fairway/minicluster/kubernetes.contract";
import { isPod, parseObject } from "@fairway/objects";
import type { Scope } from "../../test/e2e/platform.ts";
import { writeChart } from "../helm-chart.ts";
import { type Row, spreadRow } from "../measure.ts";
import { appToml, environment, type RolloutWorld } from "./world.ts";

/** What Helm is told to wait at most; five minutes unless it is told. */
const timeout = "20s";

interface Failure {
  readonly what: string;
  readonly service: string;
  readonly image: string;
  readonly program?: string;
  /** Of a container that waits or has ended: the API shows the cause. */
  readonly reasons: readonly string[];
  readonly code: string;
}

/** How long after the API shows a cause the rollout names it. Beside it Helm, which waits for its time to be over and names none. */
export async function causes(scope: Scope, world: RolloutWorld): Promise<readonly Row[]> {
  const { image } = world;
  const program = "console.error('no DATABASE_URL');process.exit(3)";
  const crash = {
    ...{ what: "a crash", service: "crash", image, program },
    ...{ reasons: ["Error", "CrashLoopBackOff"], code: "CrashLoop" },
  };
  const absent = {
    ...{ what: "an image that is not whole", service: "absent", image: await imageWithoutLayer(world) },
    ...{ reasons: ["ErrImagePull", "ImagePullBackOff"], code: "ImageNotFound" },
  };
  const peer = `\`helm upgrade --wait --timeout ${timeout}\` fails`;
  const waited = await failedByHelm(world, crash);
  const rows: Row[] = [];
  for (const failure of [crash, absent]) {
    const { seen, named, ended } = await failedByUs(scope, world, failure);
    const what = `rollout: ${failure.what}`;
    rows.push(
      spreadRow(`${what}, from its being seen in the API to its name`, [named - seen], peer, [waited], "5 s"),
      spreadRow(`${what}, until the former release is back`, [ended], peer, [waited], ""),
    );
  }
  return rows;
}

/** Brings a good release out, then the broken one. All times by `performance.now()`, but `ended`, which is since its start. */
async function failedByUs(scope: Scope, { one, cluster, image, write }: RolloutWorld, failure: Failure) {
  const { service, reasons, code } = failure;
  const deploy = async (broken: boolean, ...more: readonly string[]) => {
    const how = broken ? failure : { image };
    const at = await write(service, appToml({ ...how, name: service, round: broken ? 1 : 0 }));
    await one.fairway(0, "deploy", at, "--env", environment, ...more);
  };
  await deploy(false);
  const seen = await firstSeen(scope, cluster.client, service, reasons);
  const begun = performance.now();
  await deploy(true, "--no-wait");
  const { items } = await one.client.listRollouts({ query: { service, limit: 1 } });
  let named: number | undefined;
  for await (const { data } of one.client.followRollout({ params: { number: items[0]?.number ?? 0 } })) {
    const told = [...data.causes, ...data.clusters.flatMap(({ suspect }) => suspect ?? [])];
    if (told.some((cause) => cause.code === code)) named ??= performance.now();
    if (process.env["SHOW"] !== undefined)
      console.error(
        performance.now() - begun,
        told.map(({ summary }) => summary),
      );
  }
  if (named === undefined) throw new Error(`nothing named ${code}`);
  return { seen: await seen(), named, ended: performance.now() - begun };
}

async function failedByHelm({ one, helm, folder, image, write }: RolloutWorld, failure: Failure): Promise<number> {
  const [service, chart] = ["helm-fails", path.join(folder, "chart")];
  const upgrade = async (broken: boolean) => {
    const how = broken ? failure : { image };
    const at = await write(service, appToml({ ...how, name: service, round: broken ? 1 : 0 }));
    await rm(chart, { recursive: true, force: true });
    await writeChart(chart, service, await one.fairway(0, "render", at));
    const begin = performance.now();
    await helm("upgrade", "--install", service, chart, "--namespace", "default", "--wait", "--timeout", timeout).then(
      () => {
        if (broken) throw new Error("helm calls a release that crashes a good one");
      },
      (error) => {
        if (!broken) throw error;
      },
    );
    return performance.now() - begin;
  };
  await upgrade(false);
  return upgrade(true);
}

/** When a container of the namespace first waits, or has ended, for one of these reasons. */
async function firstSeen(
  scope: Scope,
  client: KubernetesClient,
  namespace: string,
  reasons: readonly string[],
): Promise<() => Promise<number>> {
  const { events, close } = await client.watch(`/api/v1/namespaces/${namespace}/pods?watch=true`);
  scope.after(async () => close());
  const look = async (): Promise<number> => {
    for await (const { object } of events) {
      const parsed = parseObject(object);
      if (!parsed.ok || !isPod(parsed.object)) continue;
      const states =
        parsed.object.status?.containerStatuses?.flatMap(({ state, lastState }) => [state, lastState]) ?? [];
      const found = states.flatMap((state) => [state?.waiting?.reason ?? "", state?.terminated?.reason ?? ""]);
      if (found.some((reason) => reasons.includes(reason))) return performance.now();
    }
    throw new Error(`no pod of ${namespace} shows ${reasons.join(" or ")}`);
  };
  const first = look();
  first.catch(() => {});
  return () => first;
}

/** An image whose registry has its manifest and lacks what that names: only who pulls it finds out. */
async function imageWithoutLayer({ registry, image }: RolloutWorld): Promise<string> {
  const repository = `http://${registry}/v2/base/absent`;
  const put = async (at: string, type: string, body: string): Promise<string> => {
    const answer = await fetch(at, { method: "PUT", headers: { "content-type": type }, body });
    if (!answer.ok) throw new Error(`the registry does not take it: ${await answer.text()}`);
    return answer.headers.get("docker-content-digest") ?? "";
  };
  const whole = await fetch(`http://${registry}/v2/base/node/manifests/${image.split("@")[1]}`);
  const manifest = JSON.parse(await whole.text());
  const settings = await (await fetch(`http://${registry}/v2/base/node/blobs/${manifest.config.digest}`)).text();
  // A node that has the layers of an image does not pull them again, whatever the manifest calls them.
  const absent = `sha256:${"0".repeat(64)}`;
  const config = JSON.stringify({ ...JSON.parse(settings), rootfs: { type: "layers", diff_ids: [absent] } });
  const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
  const upload = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
  const place = new URL(upload.headers.get("location") ?? "", repository);
  place.searchParams.set("digest", digest);
  await put(place.href, "application/octet-stream", config);
  const broken = {
    ...manifest,
    config: { ...manifest.config, digest, size: Buffer.byteLength(config) },
    layers: [{ ...manifest.layers[0], digest: absent }],
  };
  const type = whole.headers.get("content-type") ?? "";
  return `${registry}/base/absent:1@${await put(`${repository}/manifests/1`, type, JSON.stringify(broken))}`;
}
